package import Base
import Crypto
package import Model
package import Ports
import Rows
import Synchronization

/// The plainest thing that keeps the `Store` contract: values in memory under one lock. What it holds outlives the
/// dispatchers that a test makes and drops, as a disk does. Observers are told on the thread that commits, outside of
/// the lock: of two threads' commits they may hear in either order.
package final class MemoryStore: Engine {
    struct Row {
        let id: Message.ID
        let new: NewMessage
        var events: [MailEvent] = []
        var pending: [Int: PendingDelivery] = [:]
    }

    struct State {
        /// In the order of their numbers, and where each stands.
        var rows: [Row] = []
        var places: [Message.ID: Int] = [:]
        var numbers = Numbers()
        var events: [MailEvent] = []
        var claims: [IdempotencyRecord] = []
        var claimed: [Message.ID] = []
        var accounts: [Account] = []
        var accountsRemoved = 0
        var mailRemovals: [MailRemoval] = []
        /// By account, personality and address.
        var failureRuns: [[String]: FailureRun] = [:]
        var keys: [StoredKey] = []
        var keyCheck: [UInt8]?
        var domains: [MailDomain] = []
        var domainsMade: Int64 = 0
        var suppressions: [Suppression] = []
        var dead: [Dead] = []
        var failures: [KernelFailure] = []
        var deliveredAtOnce: UInt64 = 0
        var observer: (any DeliveryObserver)?
        var factObservers: [any FactObserver] = []
        var facts: [StoreFact] = []
        var rider: (any RateWindowSource)?
        var windows: [RateWindowRecord] = []
        var quotas = QuotaBook()
        /// What scheduled messages were charged.
        var charges: [Message.ID: [QuotaDebit]] = [:]
        var answers: [Digest256: AnswerRecord] = [:]
        var webhooks = Webhooks()
        var relays = Relays()
        var templates = Templates()
        var records = Records()
        var pausedLanes: Set<String> = []
    }

    let state = Mutex(State())

    let origins: [PersonalityID]

    /// `origins`: the personalities whose messages it takes.
    package init(origins: [PersonalityID] = [Fixture.personality]) {
        self.origins = origins
        state.withLock { state in
            for origin in origins { state.webhooks.rules[origin] = Fixture.webhookRules }
        }
    }

    func withState<Value: Sendable>(_ body: (inout State) -> Value) -> Value { state.withLock { body(&$0) } }

    package func observe(facts observer: any FactObserver) { state.withLock { $0.factObservers.append(observer) } }

    package func observe(_ observer: any DeliveryObserver) { state.withLock { $0.observer = observer } }

    /// The next commits are refused for these reasons, one each.
    package func refuseNext(_ failures: [KernelFailure]) { state.withLock { $0.failures = failures } }

    // MARK: Store

    package func commit(_ changes: [Change]) async -> [ChangeOutcome] {
        let (outcomes, queued, observer) = state.withLock { state in
            if !state.failures.isEmpty {
                let failure = state.failures.removeFirst()
                return (changes.map { _ in ChangeOutcome.refused(failure) }, [PendingDelivery](), state.observer)
            }
            var queued: [PendingDelivery] = []
            let outcomes = changes.map { apply($0, to: &state, &queued) }
            state.quotas.commit()
            Self.save(state.rider?.takeChangedWindows() ?? [], &state)
            return (outcomes, queued, state.observer)
        }
        let (facts, factObservers) = state.withLock { state in
            defer { state.facts = [] }
            return (state.facts, state.factObservers)
        }
        if !facts.isEmpty { for observer in factObservers { observer.committed(facts) } }
        if !queued.isEmpty { observer?.queued(queued) }
        let (webhooks, webhookObserver) = state.withLock { state in
            defer { state.webhooks.queued = [] }
            return (state.webhooks.queued, state.webhooks.observer)
        }
        if !webhooks.isEmpty { webhookObserver?.queued(webhooks) }
        let (relays, relayObserver) = state.withLock { state in
            defer { state.relays.queued = [] }
            return (state.relays.queued, state.relays.observer)
        }
        if !relays.isEmpty { relayObserver?.queued(relays) }
        let (due, recordObserver) = state.withLock { state in
            defer { state.records.earliestDue = nil }
            return (state.records.earliestDue, state.records.observer)
        }
        if let due { recordObserver?.scheduled(earliest: due) }
        return outcomes
    }

    package func message(_ id: Message.ID, content: Bool) async throws(KernelFailure) -> Message? {
        state.withLock { state in state.row(id).map { Self.message($0, content: content) } }
    }

    package func contentBytes(of id: Message.ID) async throws(KernelFailure) -> Int? {
        guard let submission = try await message(id, content: true)?.submission else { return nil }
        let texts = [submission.text, submission.html, submission.amp].compactMap { $0?.utf8.count }
        let bytes = texts.reduce(0, +) + submission.attachments.reduce(0) { $0 + $1.content.count }
        return bytes > Self.largeBytes ? bytes : nil
    }

    /// Bytes of bodies and attachments above which they count as large.
    private static let largeBytes = 256 * 1024

    package func messages(_ query: MessageQuery) async throws(KernelFailure) -> Page<Message> {
        state.withLock { state in
            let all = state.rows.reversed().map { Self.message($0, content: false) }
            let found = all.filter { message in
                guard let owner = query.tenant else { return Self.admits(message, query.filter) }
                return message.account == owner.account && message.origin == owner.origin
                    && Self.admits(message, query.filter)
            }
            return query.slice.page(of: found, by: \.id)
        }
    }

    package func tally(of tenant: Tenant, at now: Instant) async throws(KernelFailure) -> MessageTally {
        state.withLock { state in
            let own = state.rows.filter { row in
                row.new.account == tenant.account && row.new.origin == tenant.origin
            }
            let open = own.map(\.pending.values).filter { !$0.isEmpty }
            let waiting = open.count { row in row.contains { $0.due <= now } && row.allSatisfy { $0.attempts == 0 } }
            let dead = Set(state.dead.map(\.letter.id.message))
            return MessageTally(
                total: own.count, waiting: waiting, delayed: open.count - waiting,
                failed: own.count { dead.contains($0.id) })
        }
    }

    package func events(after event: MailEvent.ID, limit: Int) async throws(KernelFailure) -> [MailEvent] {
        state.withLock { Array($0.events.filter { $0.id > event }.prefix(limit)) }
    }

    package func latestEvents(limit: Int) async throws(KernelFailure) -> [MailEvent] {
        state.withLock { $0.events.suffix(limit) }
    }

    package func directory() async throws(KernelFailure) -> DirectoryImage {
        state.withLock { DirectoryImage(accounts: $0.accounts, keys: $0.keys, domains: $0.domains) }
    }

    package func keyCheck() async throws(KernelFailure) -> [UInt8]? { state.withLock { $0.keyCheck } }

    package func pendingDeliveries(
        after last: DeliveryID, limit: Int
    ) async throws(KernelFailure) -> [PendingDelivery] {
        state.withLock { state in
            let all = state.rows.flatMap { $0.pending.values.sorted { $0.id < $1.id } }
            return Array(all.drop { $0.id <= last }.prefix(limit))
        }
    }

    // MARK: Changes

    func apply(
        _ change: Change, to state: inout State, _ queued: inout [PendingDelivery]
    ) -> ChangeOutcome {
        switch change {
        case .accept(let new): Self.accept(new, isOriginKnown: origins.contains(new.origin), &state, &queued)
        case .settle(let settlements, let reports): Self.settle(settlements, reports, &state, &queued)
        case .report(let news, let reports): Self.report(news, reports, &state, &queued)
        case .cancel(let id, let at):
            Self.change(id, .cancel, &state) { row, state in
                state.quotas.refund(state.charges.removeValue(forKey: id) ?? [])
                row.pending = [:]
                Self.note(&row, &state, nil, .cancelled, at)
            }
        case .reschedule(let id, let due, let at):
            Self.change(id, .reschedule, &state, unless: { Self.moveCharge(id, to: due, &$0) }) { row, state in
                for index in row.pending.keys { row.pending[index]?.due = due }
                Self.note(&row, &state, nil, .rescheduled, at, due: due)
            }
        case .cancelPart(let part, let at): Self.cancel(part, at, &state)
        case .expedite(let id, let due): Self.expedite(id, due, &state)
        case .replay(let id, let at): Self.replay(id, at, &state, &queued)
        case .keyed(let plan): keyed(plan, &state, &queued)
        case .all(let changes): all(changes, &state, &queued)
        case .directory(let change):
            Self.note(Self.directoryChange(change, &state), &state) { .directory(change, serial: $0) }
        case .domain(let change): Self.note(Self.domainChange(change, &state), &state) { .domain(change, serial: $0) }
        case .suppression(.add(let suppression, let isNew)): Self.suppress(suppression, isNew: isNew, &state)
        case .suppression(.remove(let account, let address, let domain)):
            Self.unsuppress(account, address, domain, &state)
        case .suppression(.sweep(let sweep)): Self.sweep(sweep, &state)
        case .limits(let change): Self.limitsChange(change, &state)
        case .upkeep(let change): Self.upkeepChange(change, &state)
        case .record(let unit): Self.recordUnit(unit, &state)
        case .facet(let change): Self.facetChange(change, &state) { apply($0, to: &$1, &queued) }
        case .webhook(let change): Self.webhookChange(change, &state)
        case .template(let change): templateChange(change, &state)
        case .relay(.accept(let new)) where !origins.contains(new.origin):
            .refused(.internalError(incident: "unregistered personality"))
        case .relay(let change): Self.relayChange(change, &state)
        }
    }

    private static func note(
        _ outcome: ChangeOutcome, _ state: inout State, _ fact: (Int64) -> StoreFact
    ) -> ChangeOutcome {
        if case .done(let serial) = outcome { state.facts.append(fact(serial)) }
        return outcome
    }

    /// By the decisions that all engines share.
    private static func accept(
        _ new: NewMessage, isOriginKnown: Bool, _ state: inout State, _ queued: inout [PendingDelivery]
    ) -> ChangeOutcome {
        let facts = AcceptFacts(
            earlier: new.idempotency.flatMap { claim($0, state) }, isOriginKnown: isOriginKnown,
            suppressed: suppressedIndices(new, state))
        switch AcceptDecision(EncodedMessage.Envelope(new), facts, quotas: &state.quotas) {
        case .refused(let failure): return .refused(failure)
        case .replayed(let earlier): return .accepted(Acceptance(message: earlier, replayed: true))
        case .overQuota(let shortfall): return .refused(Self.failure(shortfall, new.domain, state))
        case .accepted(let beginning, let charge):
            let id = insert(new, beginning, &state, &queued)
            if new.due > new.at, !charge.isEmpty { state.charges[id] = charge }
            if let record = new.idempotency {
                state.claims.append(record)
                state.claimed.append(id)
            }
            return .accepted(Acceptance(message: id, replayed: false))
        }
    }

    private static func claim(_ record: IdempotencyRecord, _ state: State) -> AcceptFacts.Claim? {
        state.claims.firstIndex { $0.key == record.key }.map { place in
            AcceptFacts.Claim(message: state.claimed[place], fingerprint: state.claims[place].fingerprint)
        }
    }

    private static func insert(
        _ new: NewMessage, _ beginning: MessageBeginning, _ state: inout State, _ queued: inout [PendingDelivery]
    ) -> Message.ID {
        let id = Message.ID(state.numbers.take(in: state.cell(of: new.account)))
        var row = Row(id: id, new: new)
        state.deliveredAtOnce += UInt64(beginning.deliveredAtOnce)
        for step in beginning.steps {
            switch step {
            case .event(let event): note(event, &row, &state)
            case .queue(let recipient):
                let delivery = PendingDelivery(
                    id: DeliveryID(message: id, recipient: recipient),
                    due: new.due + new.envelope[recipient].simulation.delay, attempts: 0,
                    destination: new.envelope[recipient].address.domain,
                    simulation: new.envelope[recipient].simulation, account: new.account, origin: new.origin,
                    policy: new.retries, expires: new.expires)
                row.pending[recipient] = delivery
                queued.append(delivery)
            }
        }
        state.append(row)
        return id
    }

    /// The events that a row stands for, as a reader of rows would give them.
    static func note(_ written: EventRow, _ row: inout Row, _ state: inout State) {
        let kinds = EventRecord.kinds(written.code)
        let last = state.numbers.take(kinds.count, in: row.cell)
        for (place, kind) in kinds.enumerated() {
            // Of a row of several, the acceptance is the message's.
            let isOfMessage = kind == .accepted && kinds.count > 1
            note(
                MailEvent(
                    id: eventNumbers.number(at: place, of: kinds.count, last: last), message: row.id,
                    recipient: isOfMessage ? nil : written.recipient, kind: kind, at: written.at,
                    attempt: isOfMessage ? nil : written.detail.flatMap { try? EventRecord.result($0) }, due: nil),
                &row, &state)
        }
    }

    private static func settle(
        _ settlements: [Settlement], _ reports: [SettlementReport], _ state: inout State,
        _ queued: inout [PendingDelivery]
    ) -> ChangeOutcome {
        let applied = settlements.map { settle($0, &state) }
        accept(reports, on: applied, &state, &queued)
        return .settled(applied)
    }

    static func accept(
        _ reports: [SettlementReport], on applied: [Bool], _ state: inout State, _ queued: inout [PendingDelivery]
    ) {
        for report in reports where ReportDecision.isTold(report.settlements, applied: applied) {
            let new = report.message
            let beginning = MessageBeginning(new.envelope, suppressed: [], at: new.at, due: new.due)
            _ = insert(new, beginning, &state, &queued)
        }
    }

    private static func settle(_ settlement: Settlement, _ state: inout State) -> Bool {
        guard var row = state.row(settlement.id.message) else { return false }
        let recipient = settlement.id.recipient
        guard let delivery = row.pending[recipient],
            let decision = SettleDecision(settlement, simulation: delivery.simulation)
        else { return false }
        if decision.isDeadLetter { bury(delivery, settlement, &state) }
        switch decision.queue {
        case .remove: row.pending[recipient] = nil
        case .wait(let due, let attempts):
            row.pending[recipient]?.due = due
            row.pending[recipient]?.attempts = attempts
        }
        for event in decision.events { note(event, &row, &state) }
        if decision.asksForSuppression {
            autoSuppress(
                row.new, recipient, after: .bounced, settlement.result.classification, at: settlement.at, &state)
        }
        if let step = decision.step { noteRun(step, row.new, settlement.id, at: settlement.at, &state) }
        state.replace(row)
        return true
    }

    private static func change(
        _ id: Message.ID, _ operation: Operation, _ state: inout State,
        unless refuse: (inout State) -> KernelFailure? = { _ in nil }, _ body: (inout Row, inout State) -> Void
    ) -> ChangeOutcome {
        let known = state.row(id)
        let facts = AttemptFacts(
            isQueued: known.map { !$0.pending.isEmpty } ?? false,
            wasTried: known?.events.contains {
                $0.recipient != nil && ![.suppressed, .accepted, .cancelled].contains($0.kind)
            } ?? false)
        if let refusal = facts.refusal(operation) { return .refused(refusal) }
        guard var row = known else { return .refused(.notFound(.message)) }
        if let failure = refuse(&state) { return .refused(failure) }
        body(&row, &state)
        state.replace(row)
        return .done(serial: id.value)
    }

    private static func cancel(_ part: DeliveryID, _ at: Instant, _ state: inout State) -> ChangeOutcome {
        guard var row = state.row(part.message), let pending = row.pending[part.recipient] else {
            return .refused(.wrongState(.message, state: .ended, operation: .cancel))
        }
        guard pending.attempts == 0 else {
            return .refused(.wrongState(.message, state: .underWay, operation: .cancel))
        }
        row.pending[part.recipient] = nil
        let isWhole = row.pending.isEmpty && !row.events.contains { $0.recipient != nil && $0.kind == .delivered }
        let charges = state.charges.removeValue(forKey: part.message) ?? []
        let (shares, others) = (
            charges.filter { isWhole || $0.period.kind.unit == .recipient },
            charges.filter { !isWhole && $0.period.kind.unit != .recipient }
        )
        state.quotas.refund(isWhole ? shares : shares.map { QuotaDebit(period: $0.period, units: 1) })
        let left = isWhole ? [] : shares.map { QuotaDebit(period: $0.period, units: $0.units - 1) } + others
        state.charges[part.message] = left.filter { $0.units > 0 }
        note(&row, &state, part.recipient, .cancelled, at)
        state.replace(row)
        return .done(serial: part.message.value)
    }

    private static func expedite(_ id: Message.ID, _ due: Instant, _ state: inout State) -> ChangeOutcome {
        guard var row = state.row(id), !row.pending.isEmpty else { return .refused(.notFound(.message)) }
        for index in row.pending.keys { row.pending[index]?.due = due }
        state.replace(row)
        return .done(serial: id.value)
    }

    /// An event that has a row of its own.
    static func note(
        _ row: inout Row, _ state: inout State, _ recipient: Int?, _ kind: MailEvent.Kind, _ at: Instant,
        due: Instant? = nil
    ) {
        let id = MailEvent.ID(state.numbers.take(in: row.cell))
        note(
            MailEvent(id: id, message: row.id, recipient: recipient, kind: kind, at: at, attempt: nil, due: due), &row,
            &state)
    }

    private static func note(_ event: MailEvent, _ row: inout Row, _ state: inout State) {
        row.events.append(event)
        state.events.append(event)
        fanOut(event, of: row.new, &state)
    }
}
