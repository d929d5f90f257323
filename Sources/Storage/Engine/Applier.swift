import Base
import Crypto
import Database
import Model
import Ports

/// Makes changes inside the writer's transaction, and keeps what must follow it in memory: the next serials, the
/// idempotency table, counts.
///
/// Every change checks first and writes then. What a transaction did to the memory is undone by `rollBack`. The writer
/// thread's own.
final class Applier {
    let connection: Connection
    let statements: WriterStatements
    private let personalities: PersonalityNumbers
    private let rateWindows: RateWindowRows
    let quotas: QuotaRows
    private let answers: AnswerRows
    private let counts: MessageCounts
    private let policies: RetryPolicies
    let deadLetters: DeadLetters
    private let reports: ReportChanges
    private let autoSuppressions: AutoSuppressions
    let webhooks: WebhookChanges
    let relays: RelayChanges

    private var serials: Serials
    private var committedSerials: Serials
    /// The detail of a delivery that is simulated as delivered, always the same.
    private var capturedDetail: [UInt8]?
    private var idempotency = IdempotencyTable()
    private var suppressions: SuppressionIndex
    /// Of the open transaction:
    private var claims: [(key: UInt64, row: Int64)] = []
    var queued: [PendingDelivery] = []

    /// The latest serial of each kind that is given out here, and what is counted with them.
    private struct Serials {
        var message: Int64
        var event: Int64
        var idempotency: Int64
        /// Deliveries since the start that ended with their acceptance.
        var deliveredAtOnce: UInt64 = 0
    }

    init(
        connection: Connection, personalities: PersonalityNumbers, webhooks: [PersonalityID: WebhookRules],
        suppressing: [PersonalityID: AutoSuppression], started: Instant
    ) throws(DatabaseError) {
        self.connection = connection
        self.personalities = personalities
        statements = try WriterStatements(connection)
        rateWindows = try RateWindowRows(connection)
        quotas = try QuotaRows(connection)
        answers = try AnswerRows(connection)
        counts = try MessageCounts(connection)
        policies = try RetryPolicies(connection)
        deadLetters = try DeadLetters(connection, policies: policies, personalities: personalities)
        self.webhooks = try WebhookChanges(
            connection, personalities: personalities, rules: webhooks, retries: policies)
        relays = try RelayChanges(connection, personalities: personalities)
        // What they wrote is on disk already.
        policies.committed()
        suppressions = try SuppressionIndex(connection)
        autoSuppressions = try AutoSuppressions(connection, rules: suppressing, personalities: personalities)
        reports = try ReportChanges(connection)
        serials = Serials(
            message: try connection.scalar("SELECT max(id) FROM message", "read the last serial"),
            event: try connection.scalar("SELECT max(id) FROM event", "read the last serial"),
            idempotency: try connection.scalar("SELECT max(id) FROM idempotency", "read the last serial"))
        committedSerials = serials
        var table = IdempotencyTable()
        try connection.prepare("SELECT key64, id FROM idempotency", "read idempotency keys").forEach { row in
            table.insert(UInt64(bitPattern: row.integer(0)), row: row.integer(1))
        }
        idempotency = table
        let run = try connection.prepare("INSERT INTO run (started) VALUES (?)", "note the start")
        run.bind(1, started.nanoseconds)
        try run.run()
    }

    // MARK: The transaction

    func begin() throws(DatabaseError) { try statements.begin.run() }

    /// `windows`: the rate windows that ride along.
    func commit(with windows: [RateWindowRecord]) throws(DatabaseError) {
        try rateWindows.ride(windows)
        try quotas.save()
        try counts.write(upTo: serials.message)
        try statements.commit.run()
        rateWindows.committed()
        quotas.committed()
        counts.committed()
        policies.committed()
        relays.committed()
        claims.removeAll(keepingCapacity: true)
        committedSerials = serials
    }

    func rollBack() {
        // An error may already have ended the transaction, and then there is nothing to roll back.
        try? statements.rollBack.run()
        quotas.rollBack()
        for claim in claims { idempotency.remove(claim.key, row: claim.row) }
        claims.removeAll(keepingCapacity: true)
        counts.rolledBack()
        policies.rolledBack()
        queued.removeAll(keepingCapacity: true)
        webhooks.rollBack()
        relays.rollBack()
        autoSuppressions.rollBack()
        serials = committedSerials
    }

    /// Brings the figures up to date with what was committed.
    func write(to figures: inout StoreFigures) {
        for (origin, messages) in counts.accepted { figures.accepted[personalities.id(origin)] = messages }
        figures.deliveredAtOnce = committedSerials.deliveredAtOnce
        figures.idempotencyKeys = idempotency.count
    }

    /// The deliveries that the committed transaction queued, once.
    func takeQueued() -> [PendingDelivery] {
        var taken: [PendingDelivery] = []
        swap(&taken, &queued)
        return taken
    }

    // MARK: Changes

    func apply(_ change: EncodedChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .accept(let message): try accept(message)
        case .relay(let relay): try relays.accept(relay)
        case .once(let unit): try once(unit)
        case .settle(let settlements, let reports): try settle(settlements, reports)
        case .report(let news, let reports): try report(news, reports)
        case .other(let change): try apply(change)
        }
    }

    /// Checks of the changes come after the key's: what was done once is not refused for what it has changed.
    private func once(_ encoded: EncodedOnce) throws(DatabaseError) -> ChangeOutcome {
        let unit = encoded.unit
        let earlier = try answers.find(unit.record.key)
        do throws(KernelFailure) {
            if let answer = try unit.answer(from: earlier) { return .once(.replayed(answer)) }
        } catch {
            return .refused(error)
        }
        let outcomes = try encoded.changes.map { change throws(DatabaseError) in try apply(change) }
        if let answer = unit.answer(outcomes) {
            try answers.save(
                AnswerRecord(fingerprint: unit.record.fingerprint, answer: answer, expiresAt: unit.expiresAt),
                unit.record.key)
        }
        return .once(.fresh(outcomes))
    }

    private func apply(_ change: Change) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .accept, .once, .settle, .report:
            .refused(.internalError(incident: "what brings a message must be encoded first"))
        case .cancel(let message, let at): try cancel(message, at)
        case .reschedule(let message, let due, let at): try reschedule(message, due, at)
        case .expedite(let message, let due): try expedite(message, due)
        case .replay(let message, let at): try replay(message, at)
        case .directory(let change): try DirectoryChanges(connection).apply(change)
        case .domain(let change): try DomainChanges(connection).apply(change)
        case .suppression(.add(let suppression)): try suppressions.add(suppression, connection)
        case .suppression(.remove(let account, let address, let domain)):
            try suppressions.remove(address, account, domain, connection)
        case .limits(let change): try apply(change)
        case .webhook(let change): try webhooks.apply(change)
        case .relay(let change): try relays.apply(change)
        }
    }

    private func apply(_ change: LimitsChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .saveRateWindows(let records): try rateWindows.save(records)
        case .setQuota(let owner, let kind, let limit): return try quotas.setLimit(owner, kind, limit)
        case .setDefaultQuotas(let defaults): quotas.setDefaults(defaults)
        case .purge(let instant):
            try rateWindows.purge(endedBy: instant)
            try quotas.purge(endedBy: instant)
            try answers.purge(expiredBy: instant)
        }
        return .done(serial: 0)
    }

    // MARK: Accepting

    private func accept(_ encoded: EncodedMessage) throws(DatabaseError) -> ChangeOutcome {
        if let record = encoded.message.idempotency, let earlier = try find(record) { return earlier }
        guard let origin = personalities.number(encoded.message.origin) else {
            return .refused(.internalError(incident: "unregistered personality"))
        }
        let suppressed = try suppressions.indices(in: encoded.message, statements.suppressionsOf)
        let recipients = encoded.message.recipients.count - suppressed.count
        if recipients == 0, encoded.message.suppression == .drop {
            return .refused(
                .allRecipientsSuppressed(encoded.message.recipients.map { UserData($0.address.address) }))
        }
        let charge: [QuotaDebit]
        switch try quotas.debit(encoded.message, recipients: recipients) {
        case .success(let debits): charge = debits
        case .failure(let failure): return .refused(failure)
        }
        serials.message += 1
        let id = serials.message
        if encoded.message.due > encoded.message.at { try quotas.note(charge, message: id) }
        try insertMessage(encoded, id, origin)
        try begin(encoded.message, id, suppressed: suppressed)
        if let record = encoded.message.idempotency { try claim(record, for: id) }
        counts.note(account: encoded.message.account.value, origin: origin)
        return .accepted(Acceptance(message: Message.ID(id), replayed: false))
    }

    /// A message of our own, which nothing is asked about.
    private func accept(report: EncodedMessage) throws(DatabaseError) {
        guard let origin = personalities.number(report.message.origin) else { return }
        serials.message += 1
        try insertMessage(report, serials.message, origin)
        try begin(report.message, serials.message, suppressed: [])
        counts.note(account: report.message.account.value, origin: origin)
    }

    /// The message that an earlier request with this key made; or the refusal, if it was another request.
    private func find(_ record: IdempotencyRecord) throws(DatabaseError) -> ChangeOutcome? {
        for row in idempotency.rows(for: record.key.firstWord) {
            statements.claimByID.bind(1, row)
            let found = try statements.claimByID.first { ($0.integer(0), $0.bytes(1), $0.bytes(2)) }
            guard let (message, key, fingerprint) = found, Digest256(bytes: key) == record.key else { continue }
            guard Digest256(bytes: fingerprint) == record.fingerprint else { return .refused(.idempotencyMismatch) }
            return .accepted(Acceptance(message: Message.ID(message), replayed: true))
        }
        return nil
    }

    private func insertMessage(_ encoded: EncodedMessage, _ id: Int64, _ origin: Int64) throws(DatabaseError) {
        let insert = statements.insertMessage
        insert.bind(1, id)
        insert.bind(2, encoded.message.account.value)
        insert.bind(3, origin)
        if encoded.message.key == AccessKey.noID {
            insert.bindNull(4)
        } else {
            insert.bind(4, encoded.message.key.value)
        }
        insert.bind(5, encoded.message.domain.value)
        insert.bind(6, encoded.message.mode == .live ? 0 : 1)
        insert.bind(7, encoded.message.at)
        try insert.binding(8, encoded.head) { () throws(DatabaseError) in
            guard encoded.contentName == nil else {
                insert.bindNull(9)
                return try insert.run()
            }
            try insert.binding(9, encoded.body) { () throws(DatabaseError) in try insert.run() }
        }
        guard let name = encoded.contentName else { return }
        statements.insertContent.bind(1, id)
        statements.insertContent.bind(2, name)
        statements.insertContent.bind(3, Int64(encoded.contentBytes))
        try statements.insertContent.run()
    }

    /// Writes how the message begins: its acceptance, and for each recipient what is to be done, or is done already.
    private func begin(
        _ message: EncodedMessage.Envelope, _ id: Int64, suppressed: [Int]
    ) throws(DatabaseError) {
        if message.recipients.count == 1, suppressed.isEmpty, let detail = immediateDetail(message, recipient: 0) {
            serials.deliveredAtOnce += 1
            return try insertEvents(
                EventRecord.acceptedAndHandedOver, message: id, recipient: 0, at: message.at, detail: detail)
        }
        try insertEvent(message: id, recipient: nil, .accepted, at: message.at, detail: nil)
        for (index, recipient) in message.recipients.enumerated() {
            if suppressed.contains(index) {
                try insertEvent(message: id, recipient: index, .suppressed, at: message.at, detail: nil)
            } else if let detail = immediateDetail(message, recipient: index) {
                serials.deliveredAtOnce += 1
                try insertEvents(
                    EventRecord.handedOver, message: id, recipient: index, at: message.at, detail: detail)
            } else {
                try queue(DeliveryID(message: Message.ID(id), recipient: index), recipient, message)
            }
        }
    }

    /// A delivery that is due and simulated as delivered needs no attempt, so it is finished here instead of being
    /// queued, leased and settled by a second transaction. nil for every other.
    private func immediateDetail(_ message: EncodedMessage.Envelope, recipient: Int) -> [UInt8]? {
        let simulation = message.recipients[recipient].simulation
        guard message.due <= message.at, simulation == .delivered else { return nil }
        if capturedDetail == nil, case .accepted(let result) = simulation.attempt {
            capturedDetail = EventRecord.detail(result)
        }
        return capturedDetail
    }

    private func queue(
        _ id: DeliveryID, _ recipient: NewRecipient, _ message: EncodedMessage.Envelope
    ) throws(DatabaseError) {
        let insert = statements.insertDelivery
        insert.bind(1, id.packed)
        insert.bind(2, message.due)
        insert.bind(3, 0)
        insert.bind(4, recipient.address.domain)
        insert.bind(5, recipient.simulation.code)
        insert.bind(6, message.account.value)
        insert.bind(7, personalities.number(message.origin) ?? 0)
        insert.bind(8, try policies.number(message.retries))
        insert.bind(9, message.expires)
        try insert.run()
        queued.append(
            PendingDelivery(
                id: id, due: Instant(nanoseconds: message.due), attempts: 0, destination: recipient.address.domain,
                simulation: recipient.simulation, account: message.account, origin: message.origin,
                policy: message.retries, expires: Instant(nanoseconds: message.expires)))
    }

    private func claim(_ record: IdempotencyRecord, for message: Int64) throws(DatabaseError) {
        serials.idempotency += 1
        let insert = statements.insertClaim
        insert.bind(1, serials.idempotency)
        insert.bind(2, Int64(bitPattern: record.key.firstWord))
        insert.bind(3, message)
        insert.bind(4, record.key.bytes)
        insert.bind(5, record.fingerprint.bytes)
        try insert.run()
        idempotency.insert(record.key.firstWord, row: serials.idempotency)
        claims.append((record.key.firstWord, serials.idempotency))
    }

    func insertEvent(
        message: Int64, recipient: Int?, _ kind: MailEvent.Kind, at: Int64, detail: [UInt8]?
    ) throws(DatabaseError) {
        try insertEvents(Int64(kind.rawValue), message: message, recipient: recipient, at: at, detail: detail)
    }

    /// One row; `code` says which events it stands for.
    private func insertEvents(
        _ code: Int64, message: Int64, recipient: Int?, at: Int64, detail: [UInt8]?
    ) throws(DatabaseError) {
        let kinds = EventRecord.kinds(code)
        serials.event += Int64(kinds.count)
        let insert = statements.insertEvent
        insert.bind(1, serials.event)
        insert.bind(2, message)
        insert.bind(3, recipient.map { Int64($0) })
        insert.bind(4, code)
        insert.bind(5, at)
        insert.bind(6, detail)
        try insert.run()
        try webhooks.fanOut(kinds, last: serials.event, message: message, at: at)
    }

    // MARK: Delivering

    private func settle(
        _ settlements: [Settlement], _ reports: [EncodedReport]
    ) throws(DatabaseError) -> ChangeOutcome {
        let applied = try settlements.map { item throws(DatabaseError) in try settle(item) }
        try accept(reports, on: applied)
        return .settled(applied)
    }

    private func accept(_ reports: [EncodedReport], on applied: [Bool]) throws(DatabaseError) {
        for report in reports where report.settlements.contains(where: { applied[$0] }) {
            try accept(report: report.message)
        }
    }

    /// Applies only while the delivery is queued: a delivery that was cancelled meanwhile has no row any more.
    private func settle(_ settlement: Settlement) throws(DatabaseError) -> Bool {
        let kinds: [MailEvent.Kind]
        var suppresses = false
        switch settlement.verdict {
        case .finished(let events):
            suppresses = try autoSuppressions.isCalledFor(by: settlement, events)
            if DeadLetter.isEnded(by: events) { try deadLetters.add(settlement) }
            statements.deleteDelivery.bind(1, settlement.id.packed)
            try statements.deleteDelivery.run()
            kinds = events
        case .again(let due):
            statements.deferDelivery.bind(1, settlement.id.packed)
            statements.deferDelivery.bind(2, due.nanoseconds)
            statements.deferDelivery.bind(3, Int64(settlement.attempts))
            try statements.deferDelivery.run()
            kinds = [.deferred]
        }
        guard connection.changedRows == 1 else { return false }
        let detail = EventRecord.detail(settlement.result)
        let (message, recipient) = (settlement.id.message.value, settlement.id.recipient)
        if kinds == [.transmitted, .delivered] {
            try insertEvents(
                EventRecord.handedOver, message: message, recipient: recipient, at: settlement.at.nanoseconds,
                detail: detail)
        } else {
            for kind in kinds {
                try insertEvent(
                    message: message, recipient: recipient, kind, at: settlement.at.nanoseconds, detail: detail)
            }
        }
        if suppresses {
            try autoSuppressions.suppress(
                settlement.id, after: .bounced, settlement.result.classification, at: settlement.at, &suppressions)
        }
        return true
    }

    // MARK: Reports

    private func report(
        _ news: [RecipientReport], _ ours: [EncodedReport]
    ) throws(DatabaseError) -> ChangeOutcome {
        for one in news where try reports.isQueued(one.id) {
            return .refused(.wrongState(.delivery, state: .underWay, operation: .edit))
        }
        let applied = try news.map { one throws(DatabaseError) in try report(one) }
        try accept(ours, on: applied)
        return .settled(applied)
    }

    private func report(_ news: RecipientReport) throws(DatabaseError) -> Bool {
        guard try news.applies(to: reports.state(of: news.id)) else { return false }
        try insertEvent(
            message: news.id.message.value, recipient: news.id.recipient, news.kind, at: news.at.nanoseconds,
            detail: news.result.map { EventRecord.detail($0) })
        try autoSuppressions.suppress(
            news.id, after: news.kind, news.result?.classification, at: news.at, &suppressions)
        return true
    }
}
