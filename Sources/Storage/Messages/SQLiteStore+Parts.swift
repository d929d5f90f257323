import Database
package import Model
package import Ports

extension DeliveryFilter {
    /// Something is looked for that only the rows tell of, in however many.
    var asksTexts: Bool { subjectContains != nil || messageID != nil }
}

extension SQLiteStore {
    package func deliveries(_ query: DeliveryQuery) async throws(KernelFailure) -> Page<DeliveryPart> {
        guard query.filter.isEmpty else { return try await narrowed(query) }
        return try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.parts(query, personalities)
        }
    }
}
