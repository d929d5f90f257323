import Base
import Database
import Model
import Ports

extension Reader {
    func suppressions(_ query: SuppressionQuery) throws(DatabaseError) -> SuppressionPage {
        let conditions = Self.conditions(query)
        let count = try connection.prepare(
            "SELECT count(*) FROM suppression WHERE \(conditions)", "count suppressions")
        Self.bind(query, count)
        let total = Int(try count.first { $0.integer(0) } ?? 0)
        let list = try connection.prepare(Self.suppressionsSQL(conditions), "list suppressions")
        Self.bind(query, list)
        list.bind(4, Int64(query.limit))
        list.bind(5, Int64(query.offset))
        var found: [Suppression] = []
        try list.forEach { found.append(Self.suppression($0)) }
        return SuppressionPage(suppressions: found, total: total)
    }

    static func suppressionsSQL(_ conditions: String) -> String {
        """
        SELECT id, account, domain, address, shown, reason, note, origin, created, expires FROM suppression
        WHERE \(conditions) ORDER BY id DESC LIMIT ?4 OFFSET ?5
        """
    }

    static func conditions(_ query: SuppressionQuery) -> String {
        var conditions = "(expires IS NULL OR expires > ?1)"
        if query.account != nil { conditions += " AND account = ?2" }
        if query.origin != nil { conditions += " AND (domain IS NULL OR origin = ?3)" }
        return conditions
    }

    private static func bind(_ query: SuppressionQuery, _ statement: Statement) {
        statement.bind(1, query.now.nanoseconds)
        if let account = query.account { statement.bind(2, account.value) }
        if let origin = query.origin { statement.bind(3, origin.name) }
    }

    static func suppression(_ row: Statement) -> Suppression {
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
