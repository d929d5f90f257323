public import Model

/// Where a page of a list begins, the latest first.
public enum ListPlace<Subject>: Sendable, Equatable {
    case latest
    /// Behind this row, with older ones.
    case after(Serial<Subject>)
    /// Before this row: the nearest that are newer.
    case before(Serial<Subject>)
}

/// A page of a list, the latest first.
public struct ListRun<Row: Sendable>: Sendable {
    public var rows: [Row]
    /// Rows of the list are older than the last of these, newer than the first.
    public var hasOlder: Bool
    public var hasNewer: Bool

    public init(rows: [Row], hasOlder: Bool, hasNewer: Bool) {
        self.rows = rows
        self.hasOlder = hasOlder
        self.hasNewer = hasNewer
    }

    /// A page of a short list that is all there, the latest first.
    public init<Subject>(
        _ all: [Row], from place: ListPlace<Subject>, limit: Int, id: (Row) -> Serial<Subject>
    ) {
        switch place {
        case .latest: self.init(rows: Array(all.prefix(limit)), hasOlder: all.count > limit, hasNewer: false)
        case .after(let last):
            let older = all.filter { id($0) < last }
            self.init(
                rows: Array(older.prefix(limit)), hasOlder: older.count > limit,
                hasNewer: !older.isEmpty && older.count < all.count)
        case .before(let first):
            let newer = all.filter { id($0) > first }
            self.init(
                rows: Array(newer.suffix(limit)), hasOlder: !newer.isEmpty && newer.count < all.count,
                hasNewer: newer.count > limit)
        }
    }
}
