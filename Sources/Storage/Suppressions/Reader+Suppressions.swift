import Base
import Database
import Model
import Ports

extension Reader {
    func suppressions(_ query: SuppressionQuery) throws(DatabaseError) -> Page<Suppression> {
        let conditions = Self.conditions(query)
        var page = try query.slice.page { window throws(DatabaseError) in
            let list = try connection.prepare(Self.suppressionsSQL(conditions, window), "list suppressions")
            Self.bind(query, list)
            window.bind(to: list, from: 8)
            var found: [Suppression] = []
            try list.forEach { found.append(Self.suppression($0)) }
            return found
        }
        guard query.slice.wantsTotal else { return page }
        let count = try connection.prepare(
            "SELECT count(*) FROM suppression WHERE \(conditions)", "count suppressions")
        Self.bind(query, count)
        page.total = Int(try count.first { $0.integer(0) } ?? 0)
        return page
    }

    static func suppressionsSQL(_ conditions: String, _ window: ListWindow) -> String {
        let (place, order) = window.sql(by: "id", from: 8)
        return """
            SELECT id, account, domain, address, shown, reason, note, origin, created, expires FROM suppression
            WHERE \(conditions) AND \(place) \(order)
            """
    }

    static func conditions(_ query: SuppressionQuery) -> String {
        var conditions = "(expires IS NULL OR expires > ?1)"
        if query.account != nil { conditions += " AND account = ?2" }
        if query.origin != nil { conditions += " AND (domain IS NULL OR origin = ?3)" }
        if query.filter.domain != nil { conditions += " AND domain = ?4" }
        if query.filter.address != nil { conditions += " AND address = ?5" }
        if query.filter.from != nil { conditions += " AND created >= ?6" }
        if query.filter.until != nil { conditions += " AND created <= ?7" }
        return conditions
    }

    private static func bind(_ query: SuppressionQuery, _ statement: Statement) {
        statement.bind(1, query.now.nanoseconds)
        if let account = query.account { statement.bind(2, account.value) }
        if let origin = query.origin { statement.bind(3, origin.name) }
        if let domain = query.filter.domain { statement.bind(4, domain.value) }
        if let address = query.filter.address { statement.bind(5, address.suppressionKey) }
        if let from = query.filter.from { statement.bind(6, from.nanoseconds) }
        if let until = query.filter.until { statement.bind(7, until.nanoseconds) }
    }

    private static func suppression(_ row: Statement) -> Suppression {
        let key = row.text(3)
        return Suppression(
            id: Suppression.ID(row.integer(0)), account: Account.ID(row.integer(1)),
            domain: row.optionalInteger(2).map(MailDomain.ID.init),
            address: MailAddress(
                name: nil, checkedAddress: row.text(4),
                domain: String(key[(key.lastIndex(of: "@") ?? key.startIndex)...].dropFirst())),
            reason: Suppression.Reason(rawValue: row.text(5)) ?? .manual, note: row.optionalText(6),
            origin: row.optionalText(7).map { PersonalityID($0) }, createdAt: Instant(nanoseconds: row.integer(8)),
            expiresAt: row.optionalInteger(9).map { Instant(nanoseconds: $0) })
    }
}
