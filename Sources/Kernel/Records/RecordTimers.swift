public import Base
public import Model
public import Ports

/// Wakes records at their due times: asks the record's collection what becomes of it, and has that made.
///
/// The queue is on disk, in order, so it outlives a restart and costs no memory however many records wait. What was due
/// while the program did not run is due when it starts. Records are woken in pieces, each a commit of its own that
/// other callers' changes stand between, so that a hundred thousand at once delay nobody for long.
public actor RecordTimers: RecordObserver {
    /// What becomes of a record that is due; pure. nil: nothing does, and its time is forgotten.
    public typealias Rule = @Sendable (Record, Instant) -> RecordUnit?

    public nonisolated let loop: any ActorLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let store: any Store
    private let rules: [PersonalityID: [String: Rule]]
    private let time: any TimeSource
    private let log: Log

    /// Until `resume`, nothing is woken.
    private var isHeld = true
    private var isWaking = false
    /// The earliest time that is known of; nil: none is.
    private var next: Instant?
    private var alarm: Instant?
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    /// `rules`: by personality and collection.
    public init(
        loop: any ActorLoop, store: any Store, rules: [PersonalityID: [String: Rule]], time: any TimeSource, log: Log
    ) {
        self.loop = loop
        self.store = store
        self.rules = rules
        self.time = time
        self.log = log
    }

    /// From the store's thread: hands over and returns.
    public nonisolated func scheduled(earliest due: Instant) {
        loop.execute { self.assumeIsolated { $0.note(due) } }
    }

    /// Begins, with what an earlier process left.
    public func resume() async throws(KernelFailure) {
        let earliest = try await store.nextDueRecord()
        isHeld = false
        if let earliest { note(earliest) }
        turn()
    }

    /// Begins nothing more, and returns when what was under way is on disk.
    public func drain() async {
        isHeld = true
        if isWaking { await withCheckedContinuation { idleWaiters.append($0) } }
    }

    private func note(_ due: Instant) {
        next = min(next ?? due, due)
        turn()
    }

    private func turn() {
        guard !isHeld, !isWaking, let next else { return }
        let now = time.now
        guard next > now else { return wake() }
        if let alarm, alarm <= next, alarm > now { return }
        alarm = next
        loop.run(after: next - now) { self.assumeIsolated { $0.alarmRang(next) } }
    }

    private func alarmRang(_ instant: Instant) {
        if alarm == instant { alarm = nil }
        turn()
    }

    private func wake() {
        isWaking = true
        next = nil
        Task(executorPreference: loop) { await self.wakeDue() }
    }

    private func wakeDue() async {
        do throws(KernelFailure) {
            let now = time.now
            let due = try await store.dueRecords(at: now, limit: KernelLimits.recordsPerWaking)
            await make(due, now)
            let earliest = try await store.nextDueRecord()
            if let earliest { next = min(next ?? earliest, earliest) }
        } catch {
            log.error("timers-postponed") { $0.add("temporary", error.isTemporary) }
            await pause()
            next = time.now
        }
        isWaking = false
        if isHeld {
            for waiter in idleWaiters { waiter.resume() }
            idleWaiters.removeAll()
        }
        turn()
    }

    /// A refusal means that somebody was quicker: what the record has become has its own due time. A store that takes
    /// nothing is left alone for a moment.
    private func make(_ due: [Record], _ now: Instant) async {
        guard !due.isEmpty else { return }
        let outcomes = await store.commit(due.map { .record(unit(for: $0, now)) })
        let isUnavailable = outcomes.contains { outcome in
            if case .refused(let failure) = outcome { failure.isTemporary } else { false }
        }
        if isUnavailable { await pause() }
        log.write(.deliveries, "records-woken") { $0.add("records", due.count) }
    }

    private func unit(for record: Record, _ now: Instant) -> RecordUnit {
        if let unit = rules[record.space.origin]?[record.space.collection]?(record, now) { return unit }
        let rest = RecordEdit(
            record.id, collection: record.space.collection, expecting: .version(record.version), state: record.state,
            body: record.body)
        return RecordUnit([.edit(rest)], at: now)
    }

    private func pause() async {
        await withCheckedContinuation { continuation in
            loop.run(after: KernelLimits.storageRetryDelay) { continuation.resume() }
        }
    }
}
