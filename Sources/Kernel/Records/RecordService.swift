public import Model
public import Ports

/// Personalities' records, for those who make and read them. What a unit changes is on disk when `commit` returns. Any
/// thread.
public struct RecordService: Sendable {
    private let store: any Store

    public init(store: any Store) { self.store = store }

    public func commit(_ unit: RecordUnit) async throws(KernelFailure) -> [RecordReceipt] {
        try await store.outcome(of: .record(unit)).receipts()
    }

    /// The same as a plan.
    public func plan(_ unit: RecordUnit) -> Plan<[RecordReceipt]> {
        Plan([.record(unit)], on: store) { outcomes in
            Result { () throws(KernelFailure) in
                try (outcomes.first ?? .refused(ChangeOutcome.foreign)).receipts()
            }
        }
    }

    public func record(_ id: Record.ID) async throws(KernelFailure) -> Record? { try await store.record(id) }

    public func record(_ key: RecordKey, in space: RecordSpace) async throws(KernelFailure) -> Record? {
        try await store.record(key, in: space)
    }

    public func records(_ query: RecordQuery) async throws(KernelFailure) -> RecordPage {
        try await store.records(query)
    }

    public func facets(
        _ kind: Facet.Kind, of rows: [Int64], origin: PersonalityID
    ) async throws(KernelFailure) -> [Int64: [UInt8]] {
        try await store.facets(kind, of: rows, origin: origin)
    }
}
