import Base
import Database
import Model
import Ports
import Rows

/// Quotas and what is used of them: in memory for deciding, on disk with the transaction that uses them. The writer
/// thread's own.
final class QuotaRows {
    private let connection: Connection
    private var book = QuotaBook()
    private let saveUsage: Statement
    private let insertCharge: Statement
    private let chargesOf: Statement
    private let deleteCharges: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        self.connection = connection
        saveUsage = try connection.prepare(
            """
            INSERT INTO quota_usage (owner, id, period, unit, start, ends, used) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET used = excluded.used
            """, "save a quota's use")
        insertCharge = try connection.prepare(
            """
            INSERT INTO quota_charge (message, owner, id, period, unit, start, ends, units)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, "note a message's charge")
        chargesOf = try connection.prepare(
            "SELECT owner, id, period, unit, start, units FROM quota_charge WHERE message = ?",
            "read a message's charges")
        deleteCharges = try connection.prepare(
            "DELETE FROM quota_charge WHERE message = ?", "remove a message's charges")
        try load()
    }

    private func load() throws(DatabaseError) {
        try connection.prepare("SELECT owner, id, period, unit, units FROM quota", "read quotas").forEach { row in
            guard let (owner, kind) = QuotaColumns.read(row) else { return }
            book.setLimit(Int(row.integer(4)), of: owner, kind)
        }
        try connection.prepare("SELECT owner, id, period, unit, start, used FROM quota_usage", "read quotas' use")
            .forEach { row in
                guard let (owner, kind) = QuotaColumns.read(row) else { return }
                let period = QuotaPeriod(owner: owner, kind: kind, start: Instant(nanoseconds: row.integer(4)))
                book.restore(period, used: Int(row.integer(5)))
            }
        book.commit()
    }

    // MARK: The transaction

    func save() throws(DatabaseError) {
        for (period, used) in book.changes {
            QuotaColumns.bind(period.owner, period.kind, to: saveUsage, from: 1)
            saveUsage.bind(5, period.start.nanoseconds)
            saveUsage.bind(6, period.end.nanoseconds)
            saveUsage.bind(7, Int64(used))
            try saveUsage.run()
        }
    }

    func committed() { book.commit() }

    func rollBack() { book.rollBack() }

    // MARK: Limits

    func setLimit(
        _ owner: QuotaOwner, _ kind: Quota.Kind, _ limit: Int?
    ) throws(DatabaseError) -> ChangeOutcome {
        guard try exists(owner) else { return .refused(.notFound(owner.resource)) }
        let change = try connection.prepare(
            limit == nil
                ? "DELETE FROM quota WHERE owner = ? AND id = ? AND period = ? AND unit = ?"
                : """
                INSERT INTO quota (owner, id, period, unit, units) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET units = excluded.units
                """, "set a quota")
        QuotaColumns.bind(owner, kind, to: change, from: 1)
        if let limit { change.bind(5, Int64(limit)) }
        try change.run()
        book.setLimit(limit, of: owner, kind)
        return .done(serial: owner.number)
    }

    func watch(_ owner: QuotaOwner, _ kind: Quota.Kind) throws(DatabaseError) -> ChangeOutcome {
        guard try exists(owner) else { return .refused(.notFound(owner.resource)) }
        return .done(serial: book.watch(owner, kind) ? 1 : 0)
    }

    /// What was taken back since the snapshot is not entered.
    func join(_ tally: QuotaTally) throws(DatabaseError) -> ChangeOutcome {
        let isCancelled = try connection.prepare(
            "SELECT 1 FROM event WHERE message = ? AND kind = ?", "look for a cancelled message")
        var kept: [QuotaTally.Waiting] = []
        for waiting in tally.waiting {
            isCancelled.bind(1, waiting.message.value)
            isCancelled.bind(2, Int64(MailEvent.Kind.cancelled.rawValue))
            if try isCancelled.first({ _ in true }) != true { kept.append(waiting) }
        }
        let taken = tally.waiting.reduce(0) { $0 + $1.units } - kept.reduce(0) { $0 + $1.units }
        guard book.join(tally.period, tally.uncounted - taken) else { return .done(serial: 0) }
        for waiting in kept {
            try note([QuotaDebit(period: tally.period, units: waiting.units)], message: waiting.message)
        }
        return .done(serial: 1)
    }

    func setDefaults(_ defaults: [PersonalityID: [DefaultQuota]]) { book.setDefaults(defaults) }

    private func exists(_ owner: QuotaOwner) throws(DatabaseError) -> Bool {
        let found = try connection.prepare("SELECT 1 FROM \(owner.table) WHERE id = ?", "look for a quota's owner")
        found.bind(1, owner.number)
        return try found.first { _ in true } ?? false
    }

    // MARK: Using

    /// What becomes of a message; where it is accepted, its quotas are debited.
    func decide(_ message: EncodedMessage.Envelope, _ facts: AcceptFacts) -> AcceptDecision {
        AcceptDecision(message, facts, quotas: &book)
    }

    func failure(_ shortfall: QuotaBook.Shortfall, domain: MailDomain.ID) throws(DatabaseError) -> KernelFailure {
        .quotaExceeded(QuotaState(shortfall, domain: try name(of: domain)))
    }

    private func debit(_ demand: QuotaDemand) throws(DatabaseError) -> Result<[QuotaDebit], KernelFailure> {
        do throws(QuotaBook.Shortfall) {
            return .success(try book.debit(demand))
        } catch {
            return .failure(try failure(error, domain: demand.domain))
        }
    }

    private func name(of domain: MailDomain.ID) throws(DatabaseError) -> String {
        let statement = try connection.prepare("SELECT name FROM domain WHERE id = ?", "read a domain's name")
        statement.bind(1, domain.value)
        return try statement.first { $0.text(0) } ?? ""
    }

    /// Remembers what a scheduled message was charged, for as long as it may be given back.
    func note(_ debits: [QuotaDebit], message: Message.ID) throws(DatabaseError) {
        for debit in debits {
            insertCharge.bind(1, message.value)
            QuotaColumns.bind(debit.period.owner, debit.period.kind, to: insertCharge, from: 2)
            insertCharge.bind(6, debit.period.start.nanoseconds)
            insertCharge.bind(7, debit.period.end.nanoseconds)
            insertCharge.bind(8, Int64(debit.units))
            try insertCharge.run()
        }
    }

    /// Gives back what a scheduled message was charged.
    func refund(_ message: Message.ID) throws(DatabaseError) {
        let charges = try charges(message)
        if charges.isEmpty { return }
        book.refund(charges)
        try deleteCharges(message)
    }

    /// Gives back one recipient's share of it; what counts messages keeps it.
    func refundPart(of message: Message.ID) throws(DatabaseError) {
        let charges = try charges(message)
        let shares = charges.filter { $0.period.kind.unit == .recipient }
        if shares.isEmpty { return }
        book.refund(shares.map { QuotaDebit(period: $0.period, units: 1) })
        try deleteCharges(message)
        let left = charges.map { charge in
            QuotaDebit(
                period: charge.period, units: charge.period.kind.unit == .recipient ? charge.units - 1 : charge.units)
        }
        try note(left.filter { $0.units > 0 }, message: message)
    }

    /// Charges a scheduled message to the periods of another time instead; the refusal where those have no room.
    func move(_ message: Message.ID, to due: Instant) throws(DatabaseError) -> KernelFailure? {
        let charges = try charges(message)
        guard !charges.isEmpty, let demand = try demand(of: message, due: due) else { return nil }
        book.refund(charges)
        switch try debit(demand) {
        case .success(let debits):
            try deleteCharges(message)
            try note(debits, message: message)
            return nil
        case .failure(let failure):
            book.enter(charges)
            return failure
        }
    }

    private func charges(_ message: Message.ID) throws(DatabaseError) -> [QuotaDebit] {
        chargesOf.bind(1, message.value)
        var charges: [QuotaDebit] = []
        try chargesOf.forEach { row in
            guard let (owner, kind) = QuotaColumns.read(row) else { return }
            let period = QuotaPeriod(owner: owner, kind: kind, start: Instant(nanoseconds: row.integer(4)))
            charges.append(QuotaDebit(period: period, units: Int(row.integer(5))))
        }
        return charges
    }

    private func deleteCharges(_ message: Message.ID) throws(DatabaseError) {
        deleteCharges.bind(1, message.value)
        try deleteCharges.run()
    }

    /// Of a message none of which was attempted, so all of its recipients are queued.
    private func demand(of message: Message.ID, due: Instant) throws(DatabaseError) -> QuotaDemand? {
        let statement = try connection.prepare(
            """
            SELECT m.account, m.domain, p.name, (SELECT count(*) FROM delivery WHERE id BETWEEN ?2 AND ?3)
            FROM message m JOIN personality p ON p.id = m.origin WHERE m.id = ?1
            """, "read what a message costs")
        let range = DeliveryID.range(of: message)
        statement.bind(1, message.value)
        statement.bind(2, range.lowerBound)
        statement.bind(3, range.upperBound)
        return try statement.first { row in
            QuotaDemand(
                account: Account.ID(row.integer(0)), domain: MailDomain.ID(row.integer(1)),
                origin: PersonalityID(row.text(2)), recipients: Int(row.integer(3)), due: due)
        }
    }

    // MARK: Housekeeping

    func purge(endedBy instant: Instant) throws(DatabaseError) {
        for table in ["quota_usage", "quota_charge"] {
            let purge = try connection.prepare("DELETE FROM \(table) WHERE ends <= ?", "remove ended quota periods")
            purge.bind(1, instant.nanoseconds)
            try purge.run()
        }
        book.dropEnded(by: instant)
    }
}

/// The four columns that name a quota.
enum QuotaColumns {
    /// Reads them from the first column on.
    static func read(_ row: Statement) -> (QuotaOwner, Quota.Kind)? {
        guard let owner = QuotaOwner(table: row.text(0), number: row.integer(1)),
            let period = Quota.Period(rawValue: row.text(2)), let unit = Quota.Unit(rawValue: row.text(3))
        else { return nil }
        return (owner, Quota.Kind(period, unit))
    }

    static func bind(_ owner: QuotaOwner, _ kind: Quota.Kind, to statement: Statement, from index: Int32) {
        statement.bind(index, owner.table)
        statement.bind(index + 1, owner.number)
        statement.bind(index + 2, kind.period.rawValue)
        statement.bind(index + 3, kind.unit.rawValue)
    }
}

extension QuotaOwner {
    init?(table: String, number: Int64) {
        switch table {
        case "account": self = .account(Account.ID(number))
        case "domain": self = .domain(MailDomain.ID(number))
        default: return nil
        }
    }

    /// The table whose row it is.
    var table: String {
        switch self {
        case .account: "account"
        case .domain: "domain"
        }
    }

    var number: Int64 {
        switch self {
        case .account(let id): id.value
        case .domain(let id): id.value
        }
    }

    var resource: Resource {
        switch self {
        case .account: .account
        case .domain: .domain
        }
    }
}
