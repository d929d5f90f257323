public import Base
public import Model
public import Ports
import Synchronization

/// Has domains checked: when somebody asks, and again and again as the plans say. Records what is found.
///
/// A few checks run at a time; more wait their turn. The pauses are chosen at random, so that domains which were added
/// together do not ask together for ever. It lives on a loop, never on a shard; its calls may come from any thread.
public actor DomainWatch {
    public nonisolated let loop: any ActorLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private struct Due: Comparable {
        /// By the monotonic clock.
        let at: Duration
        let domain: MailDomain.ID

        static func < (left: Due, right: Due) -> Bool { (left.at, left.domain) < (right.at, right.domain) }
    }

    nonisolated private let checker: DomainChecker
    private let rotator: KeyRotator
    private let rules: [(personality: PersonalityID, purposes: Set<MailDomain.Purpose>, rule: RecheckRule)]
    private let store: any Store
    private let directory: Directory
    private let time: any TimeSource
    private let random: any RandomSource
    private let log: Log

    private var schedule = BinaryHeap<Due>()
    /// The time in `schedule` that counts: a domain's earlier ones are passed over.
    private var dueAt: [MailDomain.ID: Duration] = [:]
    private var asked: [MailDomain.ID] = []
    private var running: Set<MailDomain.ID> = []
    private var isStopped = false
    private var alarm: Duration?

    public init(
        loop: any ActorLoop, checker: DomainChecker, planners: [RecordPlanner], rotator: KeyRotator,
        store: any Store, directory: Directory, time: any TimeSource, random: any RandomSource, log: Log
    ) {
        self.loop = loop
        self.checker = checker
        self.rotator = rotator
        rules = planners.map { ($0.personality, $0.purposes, $0.recheck) }
        self.store = store
        self.directory = directory
        self.time = time
        self.random = random
        self.log = log
    }

    // MARK: From callers

    /// Takes up the re-checks of all domains; at start.
    public func start() {
        for domain in directory.domains { plan(domain, isStart: true) }
        turn()
    }

    /// Checks nothing more. What is under way ends by itself.
    public func stop() { isStopped = true }

    /// A domain was added, or when to look at it next has changed.
    public func follow(_ domain: MailDomain) {
        plan(domain, isStart: false)
        setAlarm()
    }

    /// Checks the domain as soon as there is room, and returns at once.
    public func ask(_ id: MailDomain.ID) {
        if !asked.contains(id) { asked.append(id) }
        turn()
    }

    /// Checks the domain now and records what was found; the domain as it is then.
    public func check(_ id: MailDomain.ID) async throws(KernelFailure) -> MailDomain {
        guard let domain = directory.domain(id) else { throw .notFound(.domain) }
        let check = await checker.check(domain)
        try await store.make(.domain(.recordCheck(id, check)))
        guard let checked = directory.domain(id) else { throw .notFound(.domain) }
        let rotated = try await rotated(checked)
        plan(rotated, isStart: false)
        setAlarm()
        return rotated
    }

    /// Looks for what proves one purpose, for somebody who waits no longer than `deadline`: `dnsUnreadable` after that,
    /// and the check goes on.
    public func check(
        _ domain: MailDomain, for purpose: MailDomain.Purpose, within deadline: Duration
    ) async throws(KernelFailure) -> MailDomain {
        let result = await withCheckedContinuation { continuation in
            let first = FirstResult(continuation)
            Task(executorPreference: loop) { first.give(await self.look(domain, for: purpose)) }
            loop.run(after: deadline) { first.give(.failure(.dnsUnreadable(name: UserData(domain.name)))) }
        }
        return try result.get()
    }

    /// Looks at all records, for somebody who waits no longer than `deadline`, as above.
    public func check(
        _ domain: MailDomain, within deadline: Duration
    ) async throws(KernelFailure) -> MailDomain {
        let result = await withCheckedContinuation { continuation in
            let first = FirstResult(continuation)
            Task(executorPreference: loop) { first.give(await self.look(domain)) }
            loop.run(after: deadline) { first.give(.failure(.dnsUnreadable(name: UserData(domain.name)))) }
        }
        return try result.get()
    }

    private func look(_ domain: MailDomain) async -> Result<MailDomain, KernelFailure> {
        do throws(KernelFailure) {
            return .success(try await check(domain.id))
        } catch {
            return .failure(error)
        }
    }

    private func look(
        _ domain: MailDomain, for purpose: MailDomain.Purpose
    ) async -> Result<MailDomain, KernelFailure> {
        let check = await checker.check(domain, for: purpose)
        do throws(KernelFailure) {
            try await store.make(.domain(.recordCheck(domain.id, check)))
        } catch {
            return .failure(error)
        }
        guard let checked = directory.domain(domain.id) else {
            return .failure(.notFound(.domain))
        }
        return .success(checked)
    }

    /// What the last check says of the new key that a rotation waits for.
    public nonisolated func sight(of domain: MailDomain) -> RotationRule.Sight { checker.sight(of: domain) }

    /// The domain with the step of its rotation that follows from the check; somebody else's step is as good.
    private func rotated(_ domain: MailDomain) async throws(KernelFailure) -> MailDomain {
        do throws(KernelFailure) {
            let rotated = try await rotator.observe(domain, checker.sight(of: domain))
            if rotated.rotation != domain.rotation {
                log.info("key-rotation") { line in
                    line.add("domain", domain.id.value)
                    line.add("state", rotated.rotation?.state.logged ?? "idle")
                }
            }
            return rotated
        } catch .wrongState {
            guard let domain = directory.domain(domain.id) else { throw .notFound(.domain) }
            return domain
        }
    }

    // MARK: The turn

    private func turn() {
        let now = time.uptime
        while let first = schedule.first, first.at <= now {
            schedule.removeFirst()
            guard dueAt[first.domain] == first.at else { continue }
            dueAt[first.domain] = nil
            if !asked.contains(first.domain) { asked.append(first.domain) }
        }
        while !isStopped, running.count < KernelLimits.domainChecksAtOnce,
            let index = asked.firstIndex(where: { !running.contains($0) })
        {
            begin(asked.remove(at: index))
        }
        setAlarm()
    }

    private func begin(_ id: MailDomain.ID) {
        running.insert(id)
        Task(executorPreference: loop) { await self.run(id) }
    }

    private func run(_ id: MailDomain.ID) async {
        do throws(KernelFailure) {
            _ = try await check(id)
        } catch {
            failed(id, error)
        }
        running.remove(id)
        turn()
    }

    /// A domain that was removed is forgotten; else the store could not take the result, and the check is made again.
    private func failed(_ id: MailDomain.ID, _ failure: KernelFailure) {
        guard failure.isTemporary, let domain = directory.domain(id) else { return }
        log.warning("domain-check-lost") { $0.add("domain", id.value) }
        plan(domain, isStart: false)
    }

    // MARK: The schedule

    private func plan(_ domain: MailDomain, isStart: Bool) {
        guard let pause = pause(domain) else {
            dueAt[domain.id] = nil
            return
        }
        var wait = pause
        if isStart {
            // What became due while the program did not run is spread over a while.
            let last = domain.checkedAt ?? domain.createdAt
            wait = max(last + pause - time.now, evenly(.zero...KernelLimits.domainChecksAfterStart))
        }
        let due = Due(at: time.uptime + wait, domain: domain.id)
        dueAt[domain.id] = due.at
        schedule.insert(due)
    }

    /// Until the next look at it; nil where no plan asks for one.
    private func pause(_ domain: MailDomain) -> Duration? {
        let rotation = domain.rotation.map(pause)
        return rules.compactMap { personality, purposes, rule -> Duration? in
            switch rule {
            case .never: nil
            case .whilePending(let range):
                purposes.contains { domain[$0] == .pending } ? evenly(range) : nil
            case .every(let range): domain.facets[personality] != nil ? evenly(range) : nil
            }
        }.min().map { min($0, rotation ?? $0) } ?? rotation
    }

    private func pause(_ rotation: KeyRotation) -> Duration {
        let pause = evenly(KernelLimits.rotationLooks)
        guard let end = RotationRule.retiresAfter(rotation) else { return pause }
        return max(end - time.now, .zero) + pause
    }

    private func evenly(_ range: ClosedRange<Duration>) -> Duration {
        let width = (range.upperBound - range.lowerBound).nanoseconds
        return range.lowerBound + .nanoseconds(Int64(random.bits64() % UInt64(max(width, 0) + 1)))
    }

    private func setAlarm() {
        guard !isStopped, let next = schedule.first?.at else { return }
        if let alarm, alarm <= next { return }
        alarm = next
        loop.run(after: max(next - time.uptime, .zero)) { self.assumeIsolated { $0.alarmRang(next) } }
    }

    private func alarmRang(_ at: Duration) {
        if alarm == at { alarm = nil }
        turn()
    }
}

extension KeyRotation.State {
    fileprivate var logged: StaticString {
        switch self {
        case .pendingDNS: "pendingDNS"
        case .ready: "ready"
        case .retiring: "retiring"
        }
    }
}

/// Resumes its waiter once, with whatever comes first.
private final class FirstResult: Sendable {
    typealias Waiter = CheckedContinuation<Result<MailDomain, KernelFailure>, Never>

    private let waiter: Mutex<Waiter?>

    init(_ waiter: Waiter) { self.waiter = Mutex(waiter) }

    func give(_ result: Result<MailDomain, KernelFailure>) {
        let waiter = waiter.withLock { waiter in
            defer { waiter = nil }
            return waiter
        }
        waiter?.resume(returning: result)
    }
}
