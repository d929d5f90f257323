public import Base
import Model
public import Ports

/// Does one kind of work: takes what is due from its lanes, has it attempted, records what came of it.
///
/// It lives on a loop. A piece of work is leased by being taken out of its lane, and comes back only after its outcome
/// was recorded; the store fences the outcome with the row's own state. What was on its way when the process died is
/// due again at the next start.
public actor WorkEngine<Kind: WorkKind> {
    public nonisolated let loop: any ActorLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private struct Ended {
        let work: Work<Kind.Lane>
        let result: WorkResult<Kind.Outcome>
    }

    private let kind: Kind
    private let time: any TimeSource
    private let log: Log

    private var lanes: WorkLanes<Kind.Lane>
    private var running = 0
    /// Outcomes that are not on disk yet, and how many are on their way there.
    private var ended: [Ended] = []
    private var recording = 0
    private var alarm: Instant?
    private var isDraining = false
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    public init(_ kind: Kind, loop: any ActorLoop, time: any TimeSource, log: Log) {
        self.kind = kind
        self.loop = loop
        self.time = time
        self.log = log
        lanes = WorkLanes(kind.limits)
    }

    // MARK: From the store and from callers

    /// Takes over work that is on disk. From any thread: hands over and returns.
    public nonisolated func queued(_ work: [Work<Kind.Lane>]) {
        loop.execute { self.assumeIsolated { $0.insert(work) } }
    }

    /// The same, and returns when it is taken over; at start, with all that an earlier process left unfinished.
    public func insert(_ work: [Work<Kind.Lane>]) {
        for piece in work { lanes.insert(piece) }
        turn()
    }

    /// Whether a lane keeps what is in it. From any thread, as `queued`.
    public nonisolated func held(_ lane: Kind.Lane, _ isHeld: Bool) {
        loop.execute { self.assumeIsolated { $0.setHeld(lane, isHeld) } }
    }

    /// Lets go of a lane and forgets what waits in it. From any thread, as `queued`.
    public nonisolated func dropped(_ lane: Kind.Lane) {
        loop.execute { self.assumeIsolated { $0.drop(lane) } }
    }

    /// Takes work back; false where it does not wait: it is under way, or gone.
    public func withdraw(_ id: Int64, from lane: Kind.Lane) -> Bool { lanes.withdraw(id, from: lane) }

    /// Whether a lane keeps what is in it.
    public func setHeld(_ lane: Kind.Lane, _ isHeld: Bool) {
        lanes.setHeld(lane, isHeld)
        turn()
    }

    private func drop(_ lane: Kind.Lane) {
        lanes.setHeld(lane, false)
        lanes.drop(lane)
    }

    public func statistics() -> [WorkLaneStatistics<Kind.Lane>] { lanes.statistics() }

    // MARK: The turn

    private func turn() {
        guard !isDraining else { return }
        let now = time.now
        while running < kind.limits.running, ended.count + recording < kind.limits.unrecorded,
            let work = lanes.next(now: now)
        {
            running += 1
            Task(executorPreference: loop) { await self.run(work) }
        }
        setAlarm(now: now)
    }

    private func setAlarm(now: Instant) {
        guard let next = lanes.nextAlarm else { return }
        if let alarm, alarm <= next, alarm > now { return }
        alarm = next
        loop.run(after: max(next - now, .zero)) { self.assumeIsolated { $0.alarmRang(next) } }
    }

    private func alarmRang(_ instant: Instant) {
        if alarm == instant { alarm = nil }
        turn()
    }

    private func run(_ work: Work<Kind.Lane>) async {
        var result: WorkResult<Kind.Outcome>?
        do throws(KernelFailure) {
            result = try await kind.attempt(work)
        } catch {
            log.error("work-postponed") { line in
                line.add("kind", kind.name)
                line.add("id", work.id)
                line.add("temporary", error.isTemporary)
                line.add("incident", error.incident)
            }
            var later = work
            later.due = time.now + KernelLimits.storageRetryDelay
            lanes.insert(later)
        }
        running -= 1
        lanes.ended(work.lane, success: result?.isSuccess ?? false)
        if let result {
            ended.append(Ended(work: work, result: result))
            if recording == 0 { record() }
        } else {
            lanes.recorded(work.lane)
        }
        turn()
        wakeIfIdle()
    }

    // MARK: Recording

    /// What gathers while one transaction runs is recorded by the next.
    private func record() {
        var batch: [Ended] = []
        swap(&batch, &ended)
        recording = batch.count
        Task(executorPreference: loop) { await self.record(batch) }
    }

    private func record(_ batch: [Ended]) async {
        let outcomes = batch.map(\.result.outcome)
        let applied = await settle(outcomes)
        recording = 0
        for (ended, isApplied) in zip(batch, applied) {
            if isApplied, let due = ended.result.again {
                lanes.insert(
                    Work(id: ended.work.id, lane: ended.work.lane, due: due, attempts: ended.work.attempts + 1))
            }
            lanes.recorded(ended.work.lane)
        }
        if !ended.isEmpty { record() }
        turn()
        let told = zip(outcomes, applied).filter(\.1).map(\.0)
        for (lane, isHeld) in await kind.recorded(told) { setHeld(lane, isHeld) }
        wakeIfIdle()
    }

    private func settle(_ outcomes: [Kind.Outcome]) async -> [Bool] {
        while true {
            if let applied = await kind.record(outcomes) { return applied }
            log.error("outcomes-postponed") { line in
                line.add("kind", kind.name)
                line.add("outcomes", outcomes.count)
            }
            await withCheckedContinuation { continuation in
                loop.run(after: KernelLimits.storageRetryDelay) { continuation.resume() }
            }
        }
    }

    // MARK: Ending

    /// Begins nothing: for an offline command.
    public func hold() { isDraining = true }

    /// Begins nothing more, and returns when everything that was on its way is recorded.
    public func drain() async {
        isDraining = true
        if !isIdle { await withCheckedContinuation { idleWaiters.append($0) } }
    }

    private var isIdle: Bool { running == 0 && recording == 0 && ended.isEmpty }

    private func wakeIfIdle() {
        guard isIdle else { return }
        for waiter in idleWaiters { waiter.resume() }
        idleWaiters.removeAll()
    }
}
