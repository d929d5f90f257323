import Database
package import Model
package import Ports

extension SQLiteStore {
    package func deliveries(_ query: DeliveryQuery) async throws(KernelFailure) -> Page<DeliveryPart> {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.parts(query, personalities)
        }
    }
}
