import Base
import Database
import Model
import Ports
import Rows

extension Reader {
    /// What an owner sent in a period, less what is kept of the quota's use: both of one snapshot, so that nothing is
    /// counted twice and nothing is left out.
    func tally(of owner: QuotaOwner, _ kind: Quota.Kind, at now: Instant) throws(DatabaseError) -> QuotaTally {
        let period = QuotaPeriod(owner: owner, kind: kind, start: kind.period.start(now))
        var tally = QuotaTally(period: period, uncounted: -(try used(period)), waiting: [])
        guard let account = try account(of: owner) else { return tally }
        for origin in try origins() { try count(account, origin, into: &tally) }
        tally.uncounted = max(tally.uncounted, 0)
        return tally
    }

    private func used(_ period: QuotaPeriod) throws(DatabaseError) -> Int {
        let statement = try connection.prepare(
            "SELECT used FROM quota_usage WHERE owner = ? AND id = ? AND period = ? AND unit = ? AND start = ?",
            "read a quota's use")
        QuotaColumns.bind(period.owner, period.kind, to: statement, from: 1)
        statement.bind(5, period.start.nanoseconds)
        return Int(try statement.first { $0.integer(0) } ?? 0)
    }

    private func account(of owner: QuotaOwner) throws(DatabaseError) -> Int64? {
        guard case .domain(let id) = owner else { return owner.number }
        let statement = try connection.prepare("SELECT account FROM domain WHERE id = ?", "read a domain's account")
        statement.bind(1, id.value)
        return try statement.first { $0.integer(0) }
    }

    /// Those whose messages are charged.
    private func origins() throws(DatabaseError) -> [Int64] {
        var origins: [Int64] = []
        let apart = [PersonalityID.reports.name, PersonalityID.capture.name]
        try connection.prepare("SELECT id, name FROM personality", "list the personalities").forEach { row in
            if !apart.contains(row.text(1)) { origins.append(row.integer(0)) }
        }
        return origins
    }

    /// From the latest on, back to where nothing is due in the period any more.
    private func count(_ account: Int64, _ origin: Int64, into tally: inout QuotaTally) throws(DatabaseError) {
        let earliest = tally.period.start - StorageLimits.scheduledAhead
        // Test messages cost nothing.
        let statement = try connection.prepare(
            "SELECT id, at, domain, head, mode FROM message WHERE account = ? AND origin = ? ORDER BY id DESC",
            "count what was sent")
        let live = MessageRow.modes.firstIndex(of: .live).map { Int64($0) }
        statement.bind(1, account)
        statement.bind(2, origin)
        defer { statement.reset() }
        while try statement.step() {
            let at = Instant(nanoseconds: statement.integer(1))
            if at < earliest { return }
            if statement.integer(4) != live { continue }
            if case .domain(let id) = tally.period.owner, statement.integer(2) != id.value { continue }
            guard let head = seal.opened(statement.bytes(3), .head, of: account),
                let submission = try? MessageRecord.submission(head: head)
            else { continue }
            try count(Message.ID(statement.integer(0)), at, submission, into: &tally)
        }
    }

    private func count(
        _ id: Message.ID, _ at: Instant, _ submission: Submission, into tally: inout QuotaTally
    ) throws(DatabaseError) {
        let period = tally.period
        // Most are for at once, and of those nothing more has to be known.
        let isAtOnce = submission.scheduledAt == nil
        if isAtOnce, period.kind.unit == .message {
            if at >= period.start, at < period.end { tally.uncounted += 1 }
            return
        }
        guard let row = try message(id, content: false) else { return }
        let due = row.events.last { $0.kind == .rescheduled }?.due ?? max(submission.scheduledAt ?? at, at)
        guard due >= period.start, due < period.end, !row.events.contains(where: { $0.kind == .cancelled }) else {
            return
        }
        let suppressed = row.events.count { $0.kind == .suppressed }
        let units = period.kind.unit == .message ? 1 : submission.envelope.count - suppressed
        tally.uncounted += units
        if !isAtOnce, !row.pending.isEmpty { tally.waiting.append(QuotaTally.Waiting(message: id, units: units)) }
    }
}
