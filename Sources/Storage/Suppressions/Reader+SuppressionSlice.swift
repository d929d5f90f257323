import Base
import Database
import Model
import Ports

/// Lists of suppressions by place.
extension Reader {
    func suppressions(_ slice: SuppressionSlice) throws(DatabaseError) -> SuppressionRun {
        switch slice.start {
        case .latest:
            let found = try suppressions(slice, olderThan: Int64.max, limit: slice.limit + 1)
            return run(found.prefix(slice.limit), hasOlder: found.count > slice.limit, hasNewer: false)
        case .after(let place):
            let found = try suppressions(slice, olderThan: place.value, limit: slice.limit + 1)
            let newer = try found.first.map { first throws(DatabaseError) in
                try suppressions(slice, newerThan: first.id.value, limit: 1)
            }
            return run(
                found.prefix(slice.limit), hasOlder: found.count > slice.limit, hasNewer: newer?.isEmpty == false)
        case .before(let place):
            let found = try suppressions(slice, newerThan: place.value, limit: slice.limit + 1)
            let shown = found.prefix(slice.limit).reversed()
            let hasOlder = try shown.last.map { last throws(DatabaseError) in
                try !suppressions(slice, olderThan: last.id.value, limit: 1).isEmpty
            }
            return run(shown, hasOlder: hasOlder ?? false, hasNewer: found.count > slice.limit)
        }
    }

    private func run(_ suppressions: some Sequence<Suppression>, hasOlder: Bool, hasNewer: Bool) -> SuppressionRun {
        SuppressionRun(suppressions: Array(suppressions), hasOlder: hasOlder, hasNewer: hasNewer)
    }

    /// The latest first.
    private func suppressions(
        _ slice: SuppressionSlice, olderThan place: Int64, limit: Int
    ) throws(DatabaseError) -> [Suppression] {
        try suppressions(slice, Self.sliceSQL(older: true), place, limit)
    }

    /// The oldest first.
    private func suppressions(
        _ slice: SuppressionSlice, newerThan place: Int64, limit: Int
    ) throws(DatabaseError) -> [Suppression] {
        try suppressions(slice, Self.sliceSQL(older: false), place, limit)
    }

    static func sliceSQL(older: Bool) -> String {
        let (sign, order) = older ? ("<", "DESC") : (">", "ASC")
        return """
            SELECT id, account, domain, address, shown, reason, note, origin, created, expires FROM suppression
            WHERE account = ?1 AND id \(sign) ?2 AND (expires IS NULL OR expires > ?3)
            AND (domain IS NULL OR origin = ?4) AND (?5 IS NULL OR domain = ?5) AND (?6 IS NULL OR address = ?6)
            AND (?7 IS NULL OR created >= ?7) AND (?8 IS NULL OR created <= ?8) ORDER BY id \(order) LIMIT ?9
            """
    }

    private func suppressions(
        _ slice: SuppressionSlice, _ sql: String, _ place: Int64, _ limit: Int
    ) throws(DatabaseError) -> [Suppression] {
        let list = try connection.prepare(sql, "list suppressions by place")
        list.bind(1, slice.tenant.account.value)
        list.bind(2, place)
        list.bind(3, slice.now.nanoseconds)
        list.bind(4, slice.tenant.origin.name)
        list.bind(5, slice.domain?.value)
        list.bind(6, slice.address?.suppressionKey)
        list.bind(7, slice.from?.nanoseconds)
        list.bind(8, slice.until?.nanoseconds)
        list.bind(9, Int64(limit))
        var found: [Suppression] = []
        try list.forEach { found.append(Self.suppression($0)) }
        return found
    }
}
