import Base
import Crypto
import Database
import Model
import Ports
import Rows

/// Makes changes inside the writer's transaction. Each change is made in three steps: what it needs to know is read,
/// what becomes of it is decided (`Rows/Decisions`, pure), what was decided is written. Nothing is written before all
/// checks are made.
///
/// This type is the transaction and the way to each capability's changes; those own their rows, and what they did to
/// memory is undone by `rollBack`. The writer thread's own.
final class Applier {
    private let begin: Statement
    private let commit: Statement
    private let rollBackAll: Statement
    private let connection: Connection
    private let personalities: PersonalityNumbers
    private let rateWindows: RateWindowRows
    private let quotas: QuotaRows
    private let answers: AnswerRows
    private let counts: MessageCounts
    private let policies: RetryPolicies
    private let serials: Serials
    private let cells: Cells
    private let messages: MessageRows
    private let events: EventRows
    private let claims: ClaimRows
    private let queue: QueueRows
    private let suppressions: SuppressionRows
    private let autoSuppressions: AutoSuppressions
    private let acceptance: AcceptChanges
    private let deliveries: DeliveryChanges
    let webhooks: WebhookChanges
    let relays: RelayChanges
    private var facts: [StoreFact] = []
    let records: RecordChanges
    private let facets: FacetRows
    let removal: Removal
    var groups = GroupRefusals()

    init(
        connection: Connection, personalities: PersonalityNumbers, recordKeys: RecordKeys,
        answerKeys: AnswerKeys = AnswerKeys(), lists: ListIndex = ListIndex(),
        seal: StoreSeal = .none,
        webhooks: [PersonalityID: WebhookRules], suppressing: [PersonalityID: AutoSuppression], started: Instant
    ) throws(DatabaseError) {
        self.connection = connection
        self.personalities = personalities
        begin = try connection.prepare("BEGIN IMMEDIATE", "begin")
        commit = try connection.prepare("COMMIT", "commit")
        rollBackAll = try connection.prepare("ROLLBACK", "roll back")
        rateWindows = try RateWindowRows(connection)
        quotas = try QuotaRows(connection)
        answers = try AnswerRows(connection, keys: answerKeys, seal: seal)
        counts = try MessageCounts(connection)
        policies = try RetryPolicies(connection)
        serials = try Serials(connection)
        cells = try Cells(connection)
        self.webhooks = try WebhookChanges(
            connection, personalities: personalities, rules: webhooks, retries: policies, serials: serials,
            cells: cells, seal: seal)
        relays = try RelayChanges(connection, personalities: personalities, serials: serials)
        records = try RecordChanges(
            connection, personalities: personalities, keys: recordKeys, webhooks: self.webhooks)
        facets = FacetRows(connection, personalities: personalities)
        // What they wrote is on disk already.
        policies.committed()
        messages = try MessageRows(connection, counts: counts, serials: serials, cells: cells)
        events = try EventRows(connection, webhooks: self.webhooks, serials: serials, cells: cells)
        claims = try ClaimRows(connection)
        removal = Removal(
            connection, personalities: personalities, messages: messages, claims: claims, lists: lists)
        queue = try QueueRows(connection, policies: policies, personalities: personalities)
        suppressions = try SuppressionRows(connection)
        autoSuppressions = try AutoSuppressions(
            connection, rules: suppressing, personalities: personalities, suppressions: suppressions,
            seal: seal)
        acceptance = AcceptChanges(
            personalities: personalities, messages: messages, claims: claims, queue: queue, events: events,
            quotas: quotas, suppressions: suppressions)
        deliveries = DeliveryChanges(
            queue: queue, events: events, quotas: quotas,
            deadLetters: try DeadLetters(connection, policies: policies, personalities: personalities),
            reports: try ReportRows(connection), suppressions: autoSuppressions)
        let run = try connection.prepare("INSERT INTO run (started) VALUES (?)", "note the start")
        run.bind(1, started.nanoseconds)
        try run.run()
    }

    // MARK: The transaction

    func beginTransaction() throws(DatabaseError) { try begin.run() }

    /// `windows`: the rate windows that ride along.
    func commit(with windows: [RateWindowRecord]) throws(DatabaseError) {
        try rateWindows.ride(windows)
        try quotas.save()
        try messages.writeCounts()
        facts += try webhooks.facts()
        try commit.run()
        rateWindows.committed()
        quotas.committed()
        messages.committed()
        serials.committed()
        claims.committed()
        acceptance.committed()
        policies.committed()
        records.committed()
        answers.committed()
    }

    func rollBack() {
        // An error may already have ended the transaction, and then there is nothing to roll back.
        try? rollBackAll.run()
        quotas.rollBack()
        messages.rollBack()
        serials.rollBack()
        cells.rollBack()
        claims.rollBack()
        acceptance.rollBack()
        queue.rollBack()
        policies.rolledBack()
        facts.removeAll()
        webhooks.rollBack()
        relays.rollBack()
        records.rollBack()
        answers.rollBack()
        autoSuppressions.rollBack()
        removal.rollBack()
    }

    /// Brings the figures up to date with what was committed.
    func write(to figures: inout StoreFigures) {
        for (origin, messages) in counts.accepted { figures.accepted[personalities.id(origin)] = messages }
        figures.deliveredAtOnce = acceptance.deliveredAtOnce
        figures.idempotencyKeys = claims.count
    }

    /// The deliveries that the committed transaction queued, once.
    func takeQueued() -> [PendingDelivery] { queue.takeFresh() }

    /// What the committed transaction changed of the rows that memory keeps, once.
    func takeFacts() -> [StoreFact] {
        guard !facts.isEmpty else { return [] }
        var taken: [StoreFact] = []
        swap(&taken, &facts)
        return taken
    }

    // MARK: Changes

    func apply(_ change: EncodedChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .accept(let message): return try acceptance.accept(message)
        case .relay(let relay): return try relays.accept(relay)
        case .record(let unit): return try records.apply(unit)
        case .keyed(let plan): return try keyed(plan)
        case .all(let changes): return try all(changes)
        case .settle(let settlements, let reports):
            let applied = try deliveries.settle(settlements)
            try acceptance.accept(reports, on: applied)
            return .settled(applied)
        case .report(let news, let reports):
            switch try deliveries.report(news) {
            case .failure(let failure): return .refused(failure)
            case .success(let applied):
                try acceptance.accept(reports, on: applied)
                return .settled(applied)
            }
        case .other(let change): return try apply(change)
        }
    }

    /// Checks of the changes come after the key's: what was done once is not refused for what it has changed.
    private func keyed(_ encoded: EncodedPlan) throws(DatabaseError) -> ChangeOutcome {
        let plan = encoded.plan
        let earlier = try answers.find(plan.record.key)
        do throws(KernelFailure) {
            if let answer = try plan.answer(from: earlier) { return .keyed(.replayed(answer)) }
        } catch {
            return .refused(error)
        }
        let outcomes = try encoded.changes.map { change throws(DatabaseError) in try apply(change) }
        if let answer = plan.answer(outcomes) {
            try answers.save(
                AnswerRecord(fingerprint: plan.record.fingerprint, answer: answer, expiresAt: plan.expiresAt),
                plan.record.key)
        }
        return .keyed(.fresh(outcomes))
    }

    /// A refusal that comes after a write ends the try at this transaction (`GroupRefusals`).
    private func all(_ changes: [EncodedChange]) throws(DatabaseError) -> ChangeOutcome {
        let (place, refusal) = groups.meet()
        if let refusal { return .refused(refusal) }
        var outcomes: [ChangeOutcome] = []
        for change in changes {
            let outcome = try apply(change)
            guard case .refused(let failure) = outcome else {
                outcomes.append(outcome)
                continue
            }
            if outcomes.isEmpty { return outcome }
            groups.refuse(place, failure)
            throw DatabaseError(code: 0, operation: "make changes together", text: "one of them was refused")
        }
        return .all(outcomes)
    }

    private func apply(_ change: Change) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .accept, .record, .keyed, .all, .settle, .report:
            .refused(.internalError(incident: "what brings a message or a record must be encoded first"))
        case .cancel(let message, let at): try deliveries.cancel(message, at)
        case .cancelPart(let part, let at): try deliveries.cancel(part, at)
        case .reschedule(let message, let due, let at): try deliveries.reschedule(message, due, at)
        case .expedite(let message, let due): try deliveries.expedite(message, due)
        case .replay(let message, let at): try deliveries.replay(message, at)
        case .directory(let change): try apply(change)
        case .domain(let change): note(try DomainChanges(connection).apply(change)) { .domain(change, serial: $0) }
        case .suppression(let change): try suppressions.apply(change)
        case .limits(let change): try apply(change)
        case .facet(let change): try apply(change)
        case .webhook(let change): try webhooks.apply(change)
        case .template(let change): try TemplateChanges(connection, personalities).apply(change)
        case .relay(let change): try relays.apply(change)
        case .upkeep(let change): try UpkeepChanges(connection, removal).apply(change)
        }
    }

    private func apply(_ change: DirectoryChange) throws(DatabaseError) -> ChangeOutcome {
        let outcome = note(try DirectoryChanges(connection).apply(change)) { .directory(change, serial: $0) }
        if case .setAccountState(let account, .removing) = change, case .done = outcome {
            try webhooks.deleteAll(of: account)
        }
        return outcome
    }

    private func note(_ outcome: ChangeOutcome, _ fact: (Int64) -> StoreFact) -> ChangeOutcome {
        if case .done(let serial) = outcome { facts.append(fact(serial)) }
        return outcome
    }

    private func apply(_ change: FacetChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .put(let facet): return try facets.put(facet)
        case .beside(let change, let kind, let origin, let body):
            let outcome = try apply(EncodedChange(change))
            guard case .done(let serial) = outcome else { return outcome }
            let facet = try facets.put(Facet(kind, row: serial, origin: origin, body: body))
            if case .refused = facet { return facet }
            return outcome
        }
    }

    private func apply(_ change: LimitsChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .saveRateWindows(let records): try rateWindows.save(records)
        case .setQuota(let owner, let kind, let limit): return try quotas.setLimit(owner, kind, limit)
        case .watchQuota(let owner, let kind): return try quotas.watch(owner, kind)
        case .joinQuota(let tally): return try quotas.join(tally)
        case .setDefaultQuotas(let defaults): quotas.setDefaults(defaults)
        case .purge(let instant):
            try rateWindows.purge(endedBy: instant)
            try quotas.purge(endedBy: instant)
            try answers.purge(expiredBy: instant)
        }
        return .done(serial: 0)
    }
}
