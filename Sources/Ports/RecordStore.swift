public import Base
public import Model

/// The part of the `Store` port that personalities' own records and facets need; its contract is the `Store`'s.
///
/// A record's changes are `Change.record`: a unit is made as a whole or refused as a whole, and what it announces is
/// queued with it.
public protocol RecordStore: Sendable {
    /// nil where there is none, or none any more.
    func record(_ id: Record.ID) async throws(KernelFailure) -> Record?

    /// The latest record that has, or had, the key; nil where there is none. `space` says whose, as far as the key's
    /// index asks.
    func record(_ key: RecordKey, in space: RecordSpace) async throws(KernelFailure) -> Record?

    func records(_ query: RecordQuery) async throws(KernelFailure) -> RecordPage

    /// Records of these spaces' collections that are due at `now`, the longest due first, at most `limit`.
    func dueRecords(at now: Instant, limit: Int) async throws(KernelFailure) -> [Record]

    /// When the next record is due; nil: none ever is, as things stand.
    func nextDueRecord() async throws(KernelFailure) -> Instant?

    /// The facets that this personality has beside these rows, by row.
    func facets(
        _ kind: Facet.Kind, of rows: [Int64], origin: PersonalityID
    ) async throws(KernelFailure) -> [Int64: [UInt8]]
}

/// Hears of due times once they are on disk, as `DeliveryObserver` does of mail: the earliest of each transaction.
public protocol RecordObserver: Sendable {
    func scheduled(earliest due: Instant)
}

/// One atomic change of facets.
public enum FacetChange: Sendable {
    /// In place of the earlier one; empty takes it away. That the row is there is the caller's to know.
    case put(Facet)
    /// Makes the change and, where it is made, the facet of the row whose serial it gives: both or neither.
    indirect case beside(Change, Facet.Kind, PersonalityID, [UInt8])
}
