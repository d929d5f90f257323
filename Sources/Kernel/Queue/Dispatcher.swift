public import Base
public import Model
public import Ports

/// Runs the queue: leases what is due, has it delivered, records what came of it.
///
/// The one owner of leases. Cancelling and rescheduling go through it too, so whether a delivery was already taken is
/// decided in one place. It lives on a loop of its own, never on a shard.
///
/// An outcome is recorded before its lease is given up; if the store cannot take it, it is offered again until it can.
/// What was in flight when the process died is due again at the next start.
public actor Dispatcher: DeliveryObserver, DeliveryControl {
    public nonisolated let loop: any ActorLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let store: any Store
    private let transport: (any MailTransport)?
    private let postOffice: PostOffice
    private let reporter: StatusReporter?
    private let time: any TimeSource
    private let random: any RandomSource
    private let log: Log
    /// What was simulated suppresses addresses as what was real does.
    private let suppressesSimulated: Bool

    private var queue: DeliveryQueue
    private var isDraining = false
    /// A turn is due within `KernelLimits.gatheringDelay`.
    private var isGathering = false
    private var sessions = 0
    private let sessionsMax: Int
    /// Personalities whose recipients each have bytes of their own.
    private let separating: Set<PersonalityID>
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []
    /// The earliest alarm that is set, so that only an earlier one is set beside it.
    private var alarm: Instant?

    /// How attempts ended: those over the wire, and those that were simulated.
    private var outcomes = OutcomeCounts()
    private var simulatedOutcomes = OutcomeCounts()

    /// `transport` nil: capture mode, where nothing leaves the machine. `reporter` nil: failures are not reported.
    /// `separating`: personalities whose recipients are never joined in one transaction.
    public init(
        loop: any ActorLoop, store: any Store, transport: (any MailTransport)?, postOffice: PostOffice,
        reporter: StatusReporter? = nil, pace: LanePace = LanePace(), separating: Set<PersonalityID> = [],
        suppressesSimulated: Bool = false, time: any TimeSource, random: any RandomSource, log: Log
    ) {
        self.suppressesSimulated = suppressesSimulated
        self.loop = loop
        self.store = store
        self.transport = transport
        self.postOffice = postOffice
        self.reporter = reporter
        self.separating = separating
        self.time = time
        self.random = random
        self.log = log
        let limits = LaneLimits(
            sessions: transport?.sessionsPerLane ?? 1, deliveriesPerMinute: pace.perDestination,
            givesWay: transport?.findsLanes ?? false)
        sessionsMax = transport?.sessionsMax ?? .max
        queue = DeliveryQueue(originLimits: pace.perOrigin) { $0 == Self.captureLane ? LaneLimits() : limits }
    }

    /// The lane of deliveries that never reach a mail server.
    public static let captureLane = LaneID("capture")

    /// Those that there are whether anything waits in them or not.
    public nonisolated var standingLanes: [LaneID] {
        guard let transport, !transport.findsLanes else { return [Self.captureLane] }
        return [Self.captureLane, transport.lane(for: "")]
    }

    // MARK: From the store

    /// Called by the store's writer: hands over and returns.
    public nonisolated func queued(_ deliveries: [PendingDelivery]) {
        loop.execute { self.assumeIsolated { $0.gather(deliveries) } }
    }

    /// Called by the store's writer, as `queued`. An attempt that is under way comes to nothing: its delivery is gone.
    public nonisolated func removed(_ deliveries: [DeliveryID]) {
        loop.execute { self.assumeIsolated { $0.forget(deliveries) } }
    }

    private func forget(_ deliveries: [DeliveryID]) {
        for delivery in deliveries { queue.forget(delivery) }
    }

    public func insert(_ deliveries: [PendingDelivery]) {
        for delivery in deliveries { queue.insert(delivery, lane: lane(of: delivery)) }
        turn()
    }

    /// The same a moment later: under load the outcomes of many transactions are then recorded in one.
    private func gather(_ deliveries: [PendingDelivery]) {
        for delivery in deliveries { queue.insert(delivery, lane: lane(of: delivery)) }
        gather()
    }

    private func gather() {
        guard !isGathering else { return }
        isGathering = true
        loop.run(after: KernelLimits.gatheringDelay) { self.assumeIsolated { $0.gathered() } }
    }

    private func gathered() {
        isGathering = false
        turn()
    }

    private func lane(of delivery: PendingDelivery) -> LaneID {
        guard delivery.simulation == .none, let transport else { return Self.captureLane }
        return transport.lane(for: delivery.destination)
    }

    // MARK: The turn

    /// Opens a session for every lane that has something due and room, then sets the alarm for what comes next.
    private func turn() {
        let now = time.now
        queue.expireLeases(now: now)
        if !isDraining {
            while sessions < sessionsMax, let lane = queue.nextReadyLane(now: now) { openSession(lane, now: now) }
        }
        setAlarm(now: now)
    }

    private func openSession(_ lane: LaneID, now: Instant) {
        let limit = lane == Self.captureLane ? KernelLimits.deliveriesPerLease : transport?.parcelsPerSession ?? 1
        let leases = queue.lease(from: lane, limit: limit, now: now, until: now + KernelLimits.leaseDuration)
        guard !leases.isEmpty else { return }
        sessions += 1
        Task(executorPreference: loop) { await self.runSession(lane, leases) }
    }

    private func runSession(_ lane: LaneID, _ leases: [DeliveryQueue.Lease]) async {
        let now = time.now
        let expired = leases.filter { $0.delivery.expires < now }
        let tried = await moveStrays(leases.filter { $0.delivery.expires >= now }, from: lane)
        let (outcomes, unannounced) = await attempt(lane, tried)
        var settlements = expired.map(expiry) + zip(tried, outcomes).map { settlement($0, $1) }
        for place in unannounced { settlements[expired.count + place].isUnannounced = true }
        await settle(settlements, expired + tried, lane)
        queue.sessionEnded(in: lane, now: time.now, outcome: SessionOutcome(outcomes))
        sessions -= 1
        if sessions == 0 {
            for waiter in idleWaiters { waiter.resume() }
            idleWaiters.removeAll()
        }
        // What was moved goes together with what other sessions move in the same moment.
        if settlements.isEmpty { gather() } else { turn() }
    }

    /// Puts what belongs to other lanes there, where nothing was tried yet; what is left belongs to this one.
    private func moveStrays(
        _ leases: [DeliveryQueue.Lease], from lane: LaneID
    ) async -> [DeliveryQueue.Lease] {
        guard let transport, transport.findsLanes, lane != Self.captureLane, !leases.isEmpty else { return leases }
        let lanes = await transport.lanes(for: Set(leases.map(\.delivery.destination)))
        var staying: [DeliveryQueue.Lease] = []
        for lease in leases {
            if let right = lanes[lease.delivery.destination], right != lane {
                _ = queue.move(lease, to: right)
            } else {
                staying.append(lease)
            }
        }
        return staying
    }

    private func setAlarm(now: Instant) {
        // At the limit, the next session's end calls for a turn.
        guard !isDraining, sessions < sessionsMax, let next = queue.nextEvent(now: now) else { return }
        if let alarm, alarm <= next, alarm > now { return }
        alarm = next
        loop.run(after: max(next - now, .zero)) { self.assumeIsolated { $0.alarmRang(next) } }
    }

    private func alarmRang(_ instant: Instant) {
        if alarm == instant { alarm = nil }
        turn()
    }

    // MARK: Attempts

    /// An outcome for each, and the places of those that nobody else will report on.
    private func attempt(
        _ lane: LaneID, _ leases: [DeliveryQueue.Lease]
    ) async -> (outcomes: [AttemptOutcome], unannounced: [Int]) {
        if leases.isEmpty { return ([], []) }
        guard let transport, lane != Self.captureLane else {
            return (leases.map { $0.delivery.simulation.attempt(after: $0.delivery.attempts) ?? Self.noTransport }, [])
        }
        let parcels = parcels(leases)
        var outcomes: [AttemptOutcome] = []
        var unannounced: [Int] = []
        for result in await transport.deliver(parcels, lane: lane) {
            unannounced += result.unannounced.map { outcomes.count + $0 }
            outcomes += result.outcomes
        }
        return (outcomes, unannounced)
    }

    /// A real delivery accepted in another mode of operation, met in capture mode: kept, and looked at again later.
    private static let noTransport = AttemptOutcome.deferred(
        AttemptResult(
            classification: .routing, code: 0, text: UserData("nothing is sent in capture mode"), host: "capture"))

    /// Neighbours of one message become one parcel: one transaction, several recipients.
    private func parcels(_ leases: [DeliveryQueue.Lease]) -> [Parcel] {
        var groups: [(message: Message.ID, recipients: [Int])] = []
        for lease in leases {
            let id = lease.delivery.id
            if groups.last?.message == id.message, !separating.contains(lease.delivery.origin) {
                groups[groups.count - 1].recipients.append(id.recipient)
            } else {
                groups.append((id.message, [id.recipient]))
            }
        }
        return groups.map { message, recipients in
            Parcel(message: message, recipients: recipients) { [postOffice] () async throws(KernelFailure) in
                try await postOffice.outgoing(message, recipients: recipients)
            }
        }
    }

    private func settlement(_ lease: DeliveryQueue.Lease, _ outcome: AttemptOutcome) -> Settlement {
        let now = time.now
        let attempts = lease.delivery.attempts + 1
        let verdict: Settlement.Verdict
        let result: AttemptResult
        switch outcome {
        case .accepted(let accepted):
            // A next hop's 250 counts as delivered, unless a report says otherwise later.
            (verdict, result) = (.finished([.transmitted, .delivered]), accepted)
        case .refused(let refused):
            (verdict, result) = (.finished([.bounced]), refused)
        case .deferred(let deferred):
            result = deferred
            verdict = again(lease.delivery, attempts, now).map { .again(due: $0) } ?? .finished([.softBounced])
        }
        let ending = lease.delivery.simulation.ending.map { Settlement.Verdict.finished($0) }
        var settlement = Settlement(
            id: lease.delivery.id, at: now, verdict: ending ?? verdict, result: result, attempts: attempts)
        settlement.suppressesSimulated = suppressesSimulated
        return settlement
    }

    /// When the delivery is tried again; nil to give up.
    private func again(_ delivery: PendingDelivery, _ attempts: Int, _ now: Instant) -> Instant? {
        guard let delay = delivery.policy.delay(after: attempts, random: random), now + delay <= delivery.expires else {
            return nil
        }
        return now + delay
    }

    /// Given up without an attempt: its lane was paused, or nobody ran, for longer than it was to live.
    private func expiry(_ lease: DeliveryQueue.Lease) -> Settlement {
        Settlement(
            id: lease.delivery.id, at: time.now, verdict: .finished([.failed]),
            result: AttemptResult(
                classification: .expired, code: 0, text: UserData("not delivered within its lifetime"), host: nil),
            attempts: lease.delivery.attempts)
    }

    /// Records outcomes, in the order of the deliveries: neighbours on disk stay neighbours.
    private func settle(
        _ settlements: [Settlement], _ leases: [DeliveryQueue.Lease], _ lane: LaneID
    ) async {
        if settlements.isEmpty { return }
        let applied = await record(settlements, await reports(on: settlements, leases))
        for (index, (lease, settlement)) in zip(leases, settlements).enumerated() {
            let isGone = index < applied.count && !applied[index]
            switch settlement.verdict {
            case .again(let due) where !isGone: _ = queue.giveBack(lease, due: due, attempts: settlement.attempts)
            case .again, .finished: _ = queue.finish(lease)
            }
            // What was cancelled meanwhile stays cancelled, and has no outcome.
            guard index < applied.count, applied[index] else { continue }
            note(settlement, lease.delivery.simulation, lane)
        }
        await complain(zip(leases, applied).filter { $0.1 && $0.0.delivery.simulation == .complaint }.map(\.0))
    }

    /// What recipients are simulated to say of what they got.
    private func complain(_ leases: [DeliveryQueue.Lease]) async {
        guard !leases.isEmpty else { return }
        let news = leases.map { lease in
            var report = RecipientReport(id: lease.delivery.id, at: time.now, news: .complained)
            report.suppresses = suppressesSimulated
            return report
        }
        while case .refused(let failure)? = await store.commit([.report(news)]).first, failure.isTemporary {
            await pause(KernelLimits.storageRetryDelay)
        }
    }

    /// For each settlement whether it applied, once they are on disk.
    private func record(_ settlements: [Settlement], _ reports: [SettlementReport]) async -> [Bool] {
        while true {
            let outcome = await store.commit([.settle(settlements, reports: reports)]).first
            if case .settled(let applied) = outcome { return applied }
            guard case .refused(let failure) = outcome else { return [] }
            log.error("settlement-postponed") { line in
                line.add("message", settlements.first?.id.message.value)
                line.add("deliveries", settlements.count)
                line.add("temporary", failure.isTemporary)
            }
            await pause(KernelLimits.storageRetryDelay)
        }
    }

    /// The reports on what somebody wants to hear of. What becomes of one message in one session is told in one.
    private func reports(
        on settlements: [Settlement], _ leases: [DeliveryQueue.Lease]
    ) async -> [SettlementReport] {
        guard let reporter else { return [] }
        var outcomes: [Message.ID: [ReportableOutcome]] = [:]
        for (place, (settlement, lease)) in zip(settlements, leases).enumerated() {
            guard let outcome = ReportableOutcome(settlement, at: place, of: lease.delivery) else { continue }
            outcomes[settlement.id.message, default: []].append(outcome)
        }
        var reports: [SettlementReport] = []
        for (message, outcomes) in outcomes.sorted(by: { $0.key < $1.key }) {
            reports += await self.reports(on: message, outcomes, reporter)
        }
        return reports
    }

    /// What cannot be looked at now is neither settled nor reported yet. What does not read back is settled all the
    /// same.
    private func reports(
        on message: Message.ID, _ outcomes: [ReportableOutcome], _ reporter: StatusReporter
    ) async -> [SettlementReport] {
        while true {
            do throws(KernelFailure) {
                return try await reporter.reports(on: message, outcomes)
            } catch {
                log.error("report-not-made") { line in
                    line.add("message", message.value)
                    line.add("temporary", error.isTemporary)
                    line.add("incident", error.incident)
                }
                guard error.isTemporary else { return [] }
                await pause(KernelLimits.storageRetryDelay)
            }
        }
    }

    private func note(_ settlement: Settlement, _ simulation: SimulatedOutcome, _ lane: LaneID) {
        let outcome = settlement.verdict.outcome
        if simulation == .none { outcomes.note(outcome) } else { simulatedOutcomes.note(outcome) }
        log.write(.deliveries, "delivery") { line in
            line.add("message", settlement.id.message.value)
            line.add("recipient", settlement.id.recipient)
            line.add("lane", lane.kind)
            line.add("attempt", settlement.attempts)
            line.add("outcome", outcome.word)
            let result = settlement.result
            if outcome != .delivered { line.add("class", result.classification.word) }
            if result.code > 0 { line.add("code", result.code) }
            line.add("status", result.loggableStatus)
        }
    }

    /// Waits on the loop.
    public func pause(_ delay: Duration) async {
        await withCheckedContinuation { continuation in
            loop.run(after: delay) { continuation.resume() }
        }
    }

    // MARK: From callers and operators

    public func withdraw(_ message: Message.ID, recipients: Int) -> [PendingDelivery]? {
        queue.withdraw(message, recipients: recipients)
    }

    /// The same of one recipient's delivery.
    public func withdraw(_ part: DeliveryID) -> PendingDelivery? { queue.withdraw(part) }

    /// Makes what is left of a message due now.
    public func expedite(_ message: Message.ID, recipients: Int) {
        queue.expedite(message, recipients: recipients, due: time.now)
        turn()
    }

    public func sending(of tenant: Tenant) -> Int { queue.leasedMessages(of: tenant) }

    public func isSending(_ message: Message.ID, recipients: Int) -> Bool {
        queue.isSending(message, recipients: recipients)
    }

    public func setPaused(_ lane: LaneID, _ isPaused: Bool) {
        queue.setPaused(lane, isPaused, now: time.now)
        turn()
    }

    public func statistics() -> [LaneStatistics] { queue.statistics() }

    public func figures() -> MailFigures {
        MailFigures(lanes: queue.statistics(), outcomes: outcomes, simulated: simulatedOutcomes)
    }

    /// Leases nothing: for an offline command, which changes the queue and sends nothing.
    public func hold() { isDraining = true }

    /// Leases nothing more, and returns when no session is open.
    public func drain() async {
        isDraining = true
        if sessions > 0 { await withCheckedContinuation { idleWaiters.append($0) } }
        await transport?.close()
    }
}

extension SessionOutcome {
    /// 421 ends a session for the server's own reasons (RFC 5321 §3.8), as a rule that there are too many.
    init(_ outcomes: [AttemptOutcome]) {
        self = .saidNothing
        for outcome in outcomes {
            switch outcome {
            case .deferred(let result) where result.classification == .throttled || result.code == 421:
                self = .pushedBack
                return
            case .accepted: self = .wentWell
            case .deferred, .refused: break
            }
        }
    }
}
