/// Which part of a list is wanted. Lists stand latest first; a place in one is a row's number, whether or not that row
/// is there still, so that a walk in either direction goes on where it was while rows come and go.
public struct Slice<Subject>: Sendable, Equatable {
    public enum Start: Sendable, Equatable {
        /// The latest.
        case first
        /// What follows this place: earlier rows.
        case after(Serial<Subject>)
        /// What lies just before this place: the nearest of the later rows, in the list's order.
        case before(Serial<Subject>)
        /// So many are passed over. Only such a page says how many there are in all.
        case offset(Int)
    }

    public let start: Start
    /// At most so many; at least one.
    public let limit: Int

    public init(_ start: Start = .first, limit: Int) {
        self.start = start
        self.limit = max(limit, 1)
    }

    public init(offset: Int, limit: Int) { self.init(.offset(max(offset, 0)), limit: limit) }

    /// The whole list, for lists that are known to be short.
    public static var all: Slice { Slice(.offset(0), limit: .max) }

    /// Whether the page is to say how many there are in all.
    package var wantsTotal: Bool {
        if case .offset = start { true } else { false }
    }
}
