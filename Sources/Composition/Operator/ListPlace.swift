import Model

/// Which rows of a list an operator wants to see: latest first, or oldest first.
struct ListPlace: Sendable {
    let limit: Int
    let skip: Int
    let isOldestFirst: Bool

    init(_ given: Arguments) {
        limit = given.limit
        skip = Int(min(given.number("skip") ?? 0, Int64(RuntimeLimits.skipMax)))
        isOldestFirst = given.flag("oldest")
    }

    /// Of all rows, in the order of their making.
    func cut<Row>(_ rows: [Row]) -> [Row] {
        let ordered = isOldestFirst ? rows : rows.reversed()
        return Array(ordered.dropFirst(skip).prefix(limit))
    }

    /// The part of a stored list in which they are; `rows` makes them of its page.
    func slice<Subject>() -> Slice<Subject> {
        // What lies just before the end of a list are its oldest rows.
        isOldestFirst ? Slice(.before(Serial(0)), limit: skip + limit) : Slice(offset: skip, limit: limit)
    }

    func rows<Row>(of page: [Row]) -> [Row] { isOldestFirst ? Array(page.reversed().dropFirst(skip)) : page }
}
