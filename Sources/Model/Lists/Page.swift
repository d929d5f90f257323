/// One page of a list, in the list's order.
public struct Page<Item> {
    public var items: [Item]
    /// There are items behind the last one.
    public var hasMore: Bool
    /// There are items ahead of the first one.
    public var hasPrevious: Bool
    /// All that match, over all pages, where the slice was one by offset; nil otherwise.
    public var total: Int?

    public init(items: [Item], hasMore: Bool = false, hasPrevious: Bool = false, total: Int? = nil) {
        self.items = items
        self.hasMore = hasMore
        self.hasPrevious = hasPrevious
        self.total = total
    }

    public static var empty: Page { Page(items: []) }

    /// The same page, with something else made of each item.
    public func map<New>(_ transform: (Item) throws -> New) rethrows -> Page<New> {
        Page<New>(items: try items.map(transform), hasMore: hasMore, hasPrevious: hasPrevious, total: total)
    }
}

extension Page: Sendable where Item: Sendable {}
extension Page: Equatable where Item: Equatable {}
