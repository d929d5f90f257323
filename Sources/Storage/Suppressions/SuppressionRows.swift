import Base
import Database
import Model
import Ports
import Rows

/// The rows of suppressions. Finds the suppressed among a message's recipients, at no cost for accounts that suppress
/// nobody. The writer thread's own.
final class SuppressionRows {
    /// Accounts that may have suppressions. One is added before its first row is written and never taken out: a
    /// transaction that is rolled back then leaves nothing worse behind than a look-up that finds nothing.
    private var accounts: Set<Int64> = []
    private let connection: Connection
    private let byAddress: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        self.connection = connection
        byAddress = try connection.prepare(
            "SELECT domain, expires FROM suppression WHERE account = ? AND address = ?", "look for a suppression")
        var accounts: Set<Int64> = []
        try connection.prepare("SELECT DISTINCT account FROM suppression", "read suppressing accounts").forEach { row in
            accounts.insert(row.integer(0))
        }
        self.accounts = accounts
    }

    /// The places of the recipients that get nothing from this message's domain at its time.
    func places(in message: EncodedMessage.Envelope) throws(DatabaseError) -> [Int] {
        guard !accounts.isEmpty, accounts.contains(message.account.value) else { return [] }
        var found: [Int] = []
        for (index, recipient) in message.recipients.enumerated() {
            byAddress.bind(1, message.account.value)
            byAddress.bind(2, recipient.address.suppressionKey)
            var isSuppressed = false
            try byAddress.forEach { row in
                let domain = row.optionalInteger(0)
                let isInEffect = row.optionalInteger(1).map { $0 > message.at.nanoseconds } ?? true
                if isInEffect, domain == nil || domain == message.domain.value { isSuppressed = true }
            }
            if isSuppressed { found.append(index) }
        }
        return found
    }

    /// This account is going to suppress an address, if it does not yet.
    func expect(_ account: Int64) { accounts.insert(account) }

    // MARK: Changes

    func apply(_ change: SuppressionChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .add(let suppression, let isNew): try add(suppression, isNew)
        case .remove(let account, let address, let domain): try remove(address, account, domain)
        case .sweep(let sweep): try self.sweep(sweep)
        }
    }

    private func add(_ suppression: Suppression, _ isNew: Bool) throws(DatabaseError) -> ChangeOutcome {
        let known = try connection.prepare("SELECT 1 FROM account WHERE id = ?", "look for an account")
        known.bind(1, suppression.account.value)
        guard try known.first({ _ in true }) == true else { return .refused(.notFound(.account)) }
        if isNew, try isInEffect(suppression) { return .refused(.alreadyExists(.suppression, field: "email")) }
        accounts.insert(suppression.account.value)
        // One that had expired begins anew.
        let insert = try connection.prepare(
            """
            INSERT INTO suppression (account, domain, address, shown, reason, note, origin, created, expires)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (account, address, ifnull(domain, 0)) DO UPDATE
            SET shown = ?4, reason = ?5, note = ?6, origin = ?7, expires = ?9,
            created = CASE WHEN expires <= ?8 THEN ?8 ELSE created END
            RETURNING id
            """, "suppress an address")
        insert.bind(1, suppression.account.value)
        insert.bind(2, suppression.domain?.value)
        insert.bind(3, suppression.address.suppressionKey)
        insert.bind(4, suppression.address.address)
        insert.bind(5, suppression.reason.rawValue)
        insert.bind(6, suppression.note)
        insert.bind(7, suppression.origin?.name)
        insert.bind(8, suppression.createdAt.nanoseconds)
        insert.bind(9, suppression.expiresAt?.nanoseconds)
        guard let id = try insert.first({ $0.integer(0) }) else {
            return .refused(.internalError(incident: "no row was made"))
        }
        return .done(serial: id)
    }

    private func isInEffect(_ suppression: Suppression) throws(DatabaseError) -> Bool {
        let look = try connection.prepare(
            """
            SELECT 1 FROM suppression WHERE account = ?1 AND address = ?2 AND ifnull(domain, 0) = ifnull(?3, 0)
            AND (expires IS NULL OR expires > ?4)
            """, "look for a suppression")
        look.bind(1, suppression.account.value)
        look.bind(2, suppression.address.suppressionKey)
        look.bind(3, suppression.domain?.value)
        look.bind(4, suppression.createdAt.nanoseconds)
        return try look.first { _ in true } ?? false
    }

    /// Of those for one domain, only the ones that the personality made are seen by it.
    private func sweep(_ sweep: SuppressionSweep) throws(DatabaseError) -> ChangeOutcome {
        let delete = try connection.prepare(
            """
            DELETE FROM suppression WHERE account = ?1 AND (domain IS NULL OR origin = ?2)
            AND (?3 IS NULL OR address = ?3) AND (?4 IS NULL OR domain = ?4)
            AND instr(?5, ' ' || reason || ' ') = 0 RETURNING id
            """, "sweep suppressions")
        delete.bind(1, sweep.tenant.account.value)
        delete.bind(2, sweep.tenant.origin.name)
        delete.bind(3, sweep.address?.suppressionKey)
        delete.bind(4, sweep.domain?.value)
        delete.bind(5, " " + sweep.keeping.map(\.rawValue).sorted().joined(separator: " ") + " ")
        var count: Int64 = 0
        try delete.forEach { _ in count += 1 }
        return .done(serial: count)
    }

    private func remove(
        _ address: MailAddress, _ account: Account.ID, _ domain: MailDomain.ID?
    ) throws(DatabaseError) -> ChangeOutcome {
        let delete = try connection.prepare(
            """
            DELETE FROM suppression WHERE account = ? AND address = ? AND ifnull(domain, 0) = ifnull(?, 0) RETURNING id
            """, "let an address have mail")
        delete.bind(1, account.value)
        delete.bind(2, address.suppressionKey)
        delete.bind(3, domain?.value)
        guard let id = try delete.first({ $0.integer(0) }) else { return .refused(.notFound(.suppression)) }
        return .done(serial: id)
    }
}
