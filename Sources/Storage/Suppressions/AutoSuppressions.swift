import Base
import Database
import Model
import Ports
import Rows

/// Suppresses addresses whose failures call for it, by the rule of the personality that their message came in by. The
/// writer thread's own.
final class AutoSuppressions {
    private let rules: [PersonalityID: AutoSuppression]
    private let seal: StoreSeal
    private let personalities: PersonalityNumbers
    private let suppressions: SuppressionRows
    private let sender: Statement
    private let insert: Statement
    private let runs: FailureRuns
    /// A message with many recipients fails for one after the other.
    private var last: (message: Message.ID, sender: Sender)?

    private struct Sender {
        let account: Int64
        let origin: PersonalityID
        let domain: Int64?
        let recipients: [MailAddress]
    }

    init(
        _ connection: Connection, rules: [PersonalityID: AutoSuppression], personalities: PersonalityNumbers,
        suppressions: SuppressionRows, seal: StoreSeal
    ) throws(DatabaseError) {
        self.seal = seal
        self.rules = rules
        runs = try FailureRuns(connection, personalities: personalities)
        self.suppressions = suppressions
        self.personalities = personalities
        sender = try connection.prepare(
            "SELECT account, origin, domain, head FROM message WHERE id = ?", "read who sent a message")
        // One for good stays as it is; one with an end gives way to one that lasts longer.
        insert = try connection.prepare(
            """
            INSERT INTO suppression (account, domain, address, shown, reason, origin, created, expires)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
            WHERE EXISTS (SELECT 1 FROM account WHERE id = ?1)
            AND (?2 IS NULL OR EXISTS (SELECT 1 FROM domain WHERE id = ?2))
            ON CONFLICT (account, address, ifnull(domain, 0)) DO UPDATE
            SET shown = ?4, reason = ?5, note = NULL, origin = ?6, expires = ?8,
            created = CASE WHEN expires <= ?7 THEN ?7 ELSE created END
            WHERE expires < ifnull(?8, 9223372036854775807)
            """, "suppress an address that failed")
    }

    func rollBack() { last = nil }

    /// Suppresses the recipient, if the personality's rule says so.
    func suppress(
        _ id: DeliveryID, after kind: MailEvent.Kind, _ classification: AttemptResult.Class?, at: Instant
    ) throws(DatabaseError) {
        guard let sender = try sender(of: id.message), sender.recipients.indices.contains(id.recipient),
            let (reason, effect) = rules[sender.origin]?.effect(of: kind, classification)
        else { return }
        try suppress(sender.recipients[id.recipient], of: sender, reason, effect, at: at)
    }

    /// Counts failures in a row, where the personality's rule counts them.
    func note(_ step: FailureRun.Step, of id: DeliveryID, at: Instant) throws(DatabaseError) {
        // A delivery costs a comparison where no failure was counted in its message's cell.
        if step == .delivered, !runs.mayKnow(id.message) { return }
        guard let sender = try sender(of: id.message), sender.recipients.indices.contains(id.recipient),
            let rule = rules[sender.origin]?.softBounces
        else { return }
        let address = sender.recipients[id.recipient]
        let key = FailureRuns.Key(account: sender.account, origin: sender.origin, address: address.suppressionKey)
        var run = try runs.read(key)
        switch step {
        case .delivered:
            let isKept = run.deliver(id.message)
            try runs.write(isKept ? run : nil, key, id.message)
        case .failed:
            run.fail(id.message)
            let isEnough = run.count >= rule.failures
            try runs.write(isEnough ? nil : run, key, id.message)
            if isEnough { try suppress(address, of: sender, .softBounce, rule.effect, at: at) }
        }
    }

    private func suppress(
        _ address: MailAddress, of sender: Sender, _ reason: Suppression.Reason, _ effect: AutoSuppression.Effect,
        at: Instant
    ) throws(DatabaseError) {
        suppressions.expect(sender.account)
        insert.bind(1, sender.account)
        insert.bind(2, effect.scope == .sendingDomain ? sender.domain : nil)
        insert.bind(3, address.suppressionKey)
        insert.bind(4, address.address)
        insert.bind(5, reason.rawValue)
        insert.bind(6, sender.origin.name)
        insert.bind(7, at.nanoseconds)
        insert.bind(8, effect.lifetime.map { (at + $0).nanoseconds })
        try insert.run()
    }

    private func sender(of message: Message.ID) throws(DatabaseError) -> Sender? {
        if let last, last.message == message { return last.sender }
        sender.bind(1, message.value)
        let found = try sender.first { row in
            // A record that does not read back names nobody.
            let head = self.seal.opened(row.bytes(3), .head, of: row.integer(0))
            let submission = head.flatMap { try? MessageRecord.submission(head: $0) }
            return Sender(
                account: row.integer(0), origin: self.personalities.id(row.integer(1)),
                domain: row.optionalInteger(2), recipients: submission?.envelope.map(\.address) ?? [])
        }
        last = found.map { (message, $0) }
        return found
    }
}
