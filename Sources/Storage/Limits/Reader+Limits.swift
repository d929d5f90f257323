import Base
import Database
import Model
import Ports

extension Reader {
    func rateWindows() throws(DatabaseError) -> [RateWindowRecord] {
        var records: [RateWindowRecord] = []
        try connection.prepare(
            "SELECT personality, class, tier, owner, mark, used, ends FROM rate_window", "read rate windows"
        ).forEach { row in
            records.append(
                RateWindowRecord(
                    personality: PersonalityID(row.text(0)), rateClass: row.text(1), tier: row.text(2),
                    owner: row.text(3), mark: Instant(nanoseconds: row.integer(4)), used: Int(row.integer(5)),
                    endsAt: Instant(nanoseconds: row.integer(6))))
        }
        return records
    }

    /// The owner's own quotas, and the default ones that it has used, in a fixed order.
    func quotas(of owner: QuotaOwner, at now: Instant) throws(DatabaseError) -> [QuotaStatus] {
        let statement = try connection.prepare(
            """
            SELECT owner, id, period, unit, units, NULL, NULL FROM quota WHERE owner = ?1 AND id = ?2 UNION ALL
            SELECT owner, id, period, unit, NULL, used, start FROM quota_usage WHERE owner = ?1 AND id = ?2
            """, "read an owner's quotas")
        statement.bind(1, owner.table)
        statement.bind(2, owner.number)
        var limits: [Quota.Kind: Int] = [:]
        var used: [Quota.Kind: Int] = [:]
        try statement.forEach { row in
            guard let (_, kind) = QuotaColumns.read(row) else { return }
            if let limit = row.optionalInteger(4) { limits[kind] = Int(limit) }
            let units = Int(row.integer(5))
            if units > 0, row.integer(6) == kind.period.start(now).nanoseconds { used[kind] = units }
        }
        return Quota.Period.allCases.flatMap { period in
            Quota.Unit.allCases.compactMap { unit in
                let kind = Quota.Kind(period, unit)
                guard limits[kind] != nil || used[kind] != nil else { return nil }
                return QuotaStatus(
                    kind: kind, limit: limits[kind], used: used[kind] ?? 0, resetAt: kind.period.end(now))
            }
        }
    }
}
