public import Base

/// A page of a space's records, latest first.
public struct RecordQuery: Sendable, Equatable {
    public var space: RecordSpace
    /// Empty: in any state.
    public var states: Set<String>
    public var mark: RecordMark?
    /// Bounds of the creation, both inclusive.
    public var from: Instant?
    public var to: Instant?
    public var offset: Int
    public var limit: Int

    public init(
        in space: RecordSpace, states: Set<String> = [], mark: RecordMark? = nil, from: Instant? = nil,
        to: Instant? = nil, offset: Int = 0, limit: Int
    ) {
        self.space = space
        self.states = states
        self.mark = mark
        self.from = from
        self.to = to
        self.offset = offset
        self.limit = limit
    }
}

public struct RecordPage: Sendable, Equatable {
    public var records: [Record]
    /// All that match, over all pages.
    public var total: Int

    public init(records: [Record], total: Int) {
        self.records = records
        self.total = total
    }
}
