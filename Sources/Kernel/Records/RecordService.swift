package import Model
package import Ports

/// Personalities' records, for those who make and read them. What a unit changes is on disk when `commit` returns. Any
/// thread.
package struct RecordService: Sendable {
    private let store: any Store

    package init(store: any Store) { self.store = store }

    package func commit(_ unit: RecordUnit) async throws(KernelFailure) -> [RecordReceipt] {
        try await store.outcome(of: .record(unit)).receipts()
    }

    /// The same as a plan.
    package func plan(_ unit: RecordUnit) -> Plan<[RecordReceipt]> {
        Plan([.record(unit)], on: store) { outcomes in
            Result { () throws(KernelFailure) in
                try (outcomes.first ?? .refused(ChangeOutcome.foreign)).receipts()
            }
        }
    }

    package func record(_ id: Record.ID) async throws(KernelFailure) -> Record? { try await store.record(id) }

    package func record(_ key: RecordKey, in space: RecordSpace) async throws(KernelFailure) -> Record? {
        try await store.record(key, in: space)
    }

    package func records(_ query: RecordQuery) async throws(KernelFailure) -> RecordPage {
        try await store.records(query)
    }

    package func facets(
        _ kind: Facet.Kind, of rows: [Int64], origin: PersonalityID
    ) async throws(KernelFailure) -> [Int64: [UInt8]] {
        try await store.facets(kind, of: rows, origin: origin)
    }
}
