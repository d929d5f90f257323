/// One read of neighbours in a list.
package struct ListWindow: Sendable, Equatable {
    /// Rows with greater numbers than `place`, the least first; otherwise those with smaller ones, the greatest first.
    package var isBackward: Bool
    /// A row's number, itself left out.
    package var place: Int64
    /// To be passed over.
    package var offset: Int
    package var limit: Int

    package init(isBackward: Bool, place: Int64, offset: Int = 0, limit: Int) {
        self.isBackward = isBackward
        self.place = place
        self.offset = offset
        self.limit = limit
    }

    /// Whether a row with this number lies in its direction.
    package func admits(_ number: Int64) -> Bool { isBackward ? number > place : number < place }
}

extension Slice {
    /// The page, from reads of a table: one item more than is wanted tells whether there are more in that direction,
    /// and a look to the other side of the place whether there are any there. The total is the caller's to add.
    package func page<Item, Failure: Error>(
        _ read: (ListWindow) throws(Failure) -> [Item]
    ) throws(Failure) -> Page<Item> {
        let more = limit == .max ? limit : limit + 1
        switch start {
        case .first:
            return try forward(ListWindow(isBackward: false, place: .max, limit: more), hasPrevious: false, read)
        case .offset(let offset):
            let window = ListWindow(isBackward: false, place: .max, offset: offset, limit: more)
            return try forward(window, hasPrevious: offset > 0, read)
        case .after(let place):
            // The row of the place itself lies ahead of the page, if it is there still.
            let ahead = try read(ListWindow(isBackward: true, place: place.value - 1, limit: 1))
            let window = ListWindow(isBackward: false, place: place.value, limit: more)
            return try forward(window, hasPrevious: !ahead.isEmpty, read)
        case .before(let place):
            let found = try read(ListWindow(isBackward: true, place: place.value, limit: more))
            let behind = try read(ListWindow(isBackward: false, place: place.value + 1, limit: 1))
            return Page(
                items: found.prefix(limit).reversed(), hasMore: !behind.isEmpty, hasPrevious: found.count > limit)
        }
    }

    private func forward<Item, Failure: Error>(
        _ window: ListWindow, hasPrevious: Bool, _ read: (ListWindow) throws(Failure) -> [Item]
    ) throws(Failure) -> Page<Item> {
        let found = try read(window)
        return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit, hasPrevious: hasPrevious)
    }

    /// The page of a list that is in memory as a whole, latest first.
    package func page<Item>(of items: [Item], by number: (Item) -> Serial<Subject>) -> Page<Item> {
        var page = page { window in
            let found = items.filter { window.admits(number($0).value) }
            let ordered = window.isBackward ? found.reversed() : found
            return Array(ordered.dropFirst(window.offset).prefix(window.limit))
        }
        if wantsTotal { page.total = items.count }
        return page
    }
}
