public import Base
import CLinux
import Glibc
import Synchronization

/// What epoll said about a descriptor.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = Readiness(rawValue: 1)
    public static let writable = Readiness(rawValue: 2)
    /// Error or hang-up: the next read or write tells which.
    public static let broken = Readiness(rawValue: 4)

    /// There are bytes, or an end or an error that only reading tells.
    public var callsForReading: Bool { rawValue & (Self.readable.rawValue | Self.broken.rawValue) != 0 }
}

/// One thread that waits in epoll and runs everything that belongs to it: descriptors that became ready, timers, and
/// the jobs of actors that use it as their executor.
///
/// **Threads.** `run` is the thread. `execute`, `enqueue` and `stop` may be called from any thread; everything else
/// only from the loop's own, and checks that it is. An actor with this executor therefore never waits for a lock, and
/// two actors on one loop never run at the same time.
///
/// **Order.** Work handed over from one thread runs in the order it was handed over.
///
/// It is a task executor too. A continuation is resumed on its task's preferred executor first and by its actor after
/// that (swift_continuation_await); for a task without a preference that is the global pool, which costs each request
/// that waits two thread switches. A task with this loop as its preference never leaves it.
///
/// Level-triggered. An event carries the registration it belongs to, so one for a descriptor that was closed and given
/// out again in the same turn is dropped (epoll(7), "Possible pitfalls").
///
/// Unchecked Sendable: `inbox` is under its lock, `stopRequested` is atomic, `poller` and `wakeUp` never change, and
/// all other state is touched by the loop's thread alone, which `assertOnLoop` checks at every entry.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    public typealias Work = @Sendable () -> Void

    private struct Inbox {
        var jobs: [UnownedJob] = []
        var work: [Work] = []
        /// The thread is in epoll_wait, or about to be, and has not been rung.
        var isAsleep = false
    }

    private struct Registration {
        var generation: UInt32 = 0
        var handler: ((Readiness) -> Void)?
    }

    public let name: String
    private let time: any TimeSource
    private let poller: FileDescriptor
    private let wakeUp: WakeUp
    private let inbox = Mutex(Inbox())
    private let stopRequested = Atomic(false)

    // The loop's thread alone:
    private var localJobs: [UnownedJob] = []
    private var registrations: [Registration] = []
    private var timers = TimerHeap()
    private var turnEnd: [() -> Void] = []
    private var locals: [ObjectIdentifier: AnyObject] = [:]

    public init(name: String, time: any TimeSource) throws(PosixError) {
        self.name = name
        self.time = time
        poller = FileDescriptor(owning: try SystemCall.run("epoll_create1") { epoll_create1(POLYRELAY_EPOLL_CLOEXEC) })
        wakeUp = try WakeUp(blocking: false)
        _ = try SystemCall.run("epoll_ctl") {
            polyrelay_epoll_ctl(
                poller.number, EPOLL_CTL_ADD, wakeUp.descriptor.number, POLYRELAY_EPOLLIN, Self.wakeUpToken)
        }
    }

    private static let wakeUpToken = UInt64.max
    /// Events taken per turn; more wait for the next one.
    private static let eventsPerTurn = 256
    /// Jobs run before the loop looks at its descriptors again, so that a busy actor starves nobody.
    private static let jobsPerTurn = 4096

    // MARK: The thread

    /// Runs the loop on a new thread until `stop`.
    public func start() -> Thread { Thread(name: name) { self.run() } }

    /// Runs until `stop` is called. The calling thread is the loop's from here on.
    public func run() {
        ThreadLocalLoop.current = self
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventsPerTurn)
        defer { unsafe events.deallocate() }
        while !stopRequested.load(ordering: .relaxed) {
            let timeout = prepareToWait()
            let count = unsafe epoll_wait(poller.number, events, Int32(Self.eventsPerTurn), timeout)
            inbox.withLock { $0.isAsleep = false }
            if count > 0 {
                for index in 0..<Int(count) { unsafe dispatch(events + index) }
            }
            takeInbox()
            runTimers()
            runJobs()
            endTurn()
        }
        ThreadLocalLoop.current = nil
    }

    /// Ends `run` after the current turn. Any thread.
    public func stop() {
        stopRequested.store(true, ordering: .relaxed)
        wakeUp.ring()
    }

    /// The loop whose thread this is.
    public static var current: EventLoop? { ThreadLocalLoop.current }

    public var isOnLoop: Bool { ThreadLocalLoop.current === self }

    private func assertOnLoop() { precondition(isOnLoop, "called off the loop's thread") }

    /// The timeout for epoll_wait in milliseconds: 0 with work at hand, -1 with nothing to come.
    private func prepareToWait() -> Int32 {
        if !localJobs.isEmpty { return 0 }
        let mayDoze = inbox.withLock { inbox in
            inbox.isAsleep = inbox.jobs.isEmpty && inbox.work.isEmpty
            return inbox.isAsleep
        }
        guard mayDoze else { return 0 }
        guard let deadline = timers.earliest else { return -1 }
        let wait = (deadline - time.uptime).nanoseconds
        // Rounded up: a wake-up before the deadline would only spin.
        return wait <= 0 ? 0 : Int32(clamping: (wait + 999_999) / 1_000_000)
    }

    private func dispatch(_ event: UnsafePointer<epoll_event>) {
        let token = unsafe polyrelay_epoll_token(event)
        if token == Self.wakeUpToken { return wakeUp.wait() }
        let number = Int(token & 0xFFFF_FFFF)
        guard number < registrations.count, registrations[number].generation == UInt32(token >> 32),
            let handler = registrations[number].handler
        else { return }
        let bits = unsafe polyrelay_epoll_events(event)
        var readiness: Readiness = []
        if bits & POLYRELAY_EPOLLIN != 0 { readiness.insert(.readable) }
        if bits & POLYRELAY_EPOLLOUT != 0 { readiness.insert(.writable) }
        if bits & (POLYRELAY_EPOLLERR | POLYRELAY_EPOLLHUP) != 0 { readiness.insert(.broken) }
        handler(readiness)
    }

    private func takeInbox() {
        var work: [Work] = []
        inbox.withLock { inbox in
            if !inbox.jobs.isEmpty {
                localJobs.append(contentsOf: inbox.jobs)
                inbox.jobs.removeAll(keepingCapacity: true)
            }
            swap(&work, &inbox.work)
        }
        for item in work { item() }
    }

    /// Runs what is there, and what that brings, up to a limit.
    private func runJobs() {
        var ran = 0
        var batch: [UnownedJob] = []
        while !localJobs.isEmpty && ran < Self.jobsPerTurn {
            swap(&batch, &localJobs)
            for job in batch {
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            ran += batch.count
            batch.removeAll(keepingCapacity: true)
        }
        // The larger buffer stays for the next turn.
        if localJobs.isEmpty, batch.capacity > localJobs.capacity { swap(&batch, &localJobs) }
    }

    private func endTurn() {
        guard !turnEnd.isEmpty else { return }
        var actions: [() -> Void] = []
        swap(&actions, &turnEnd)
        for action in actions { action() }
    }

    private func runTimers() {
        guard timers.earliest != nil else { return }
        let now = time.uptime
        while let action = timers.popDue(now) { action() }
    }

    // MARK: From any thread

    /// Runs `work` on the loop, after what was handed over before. One call wakes the loop at most once; callers with
    /// much to hand over put it into one call.
    public func execute(_ work: @escaping Work) {
        let mustRing = inbox.withLock { inbox in
            inbox.work.append(work)
            return Self.takeRing(&inbox)
        }
        if mustRing { wakeUp.ring() }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnLoop { return localJobs.append(job) }
        // The runtime holds executors without owning them, and once the lock is let go, this job may be what the loop's
        // owner waited for before throwing it away: the wake-up must outlive that.
        let owner = unsafe Unmanaged.passRetained(self)
        defer { unsafe owner.release() }
        let mustRing = inbox.withLock { inbox in
            inbox.jobs.append(job)
            return Self.takeRing(&inbox)
        }
        if mustRing { wakeUp.ring() }
    }

    /// Only the first hand-over to a sleeping loop pays for the wake-up.
    private static func takeRing(_ inbox: inout Inbox) -> Bool {
        defer { inbox.isAsleep = false }
        return inbox.isAsleep
    }

    public func checkIsolated() { assertOnLoop() }

    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    // MARK: On the loop

    /// Calls `handler` in every turn in which the descriptor is ready in one of the ways of `interest`, or broken.
    /// The descriptor stays the caller's, who must `unregister` it before closing it.
    public func register(
        _ descriptor: Int32, _ interest: Readiness, handler: @escaping (Readiness) -> Void
    ) throws(PosixError) {
        assertOnLoop()
        let index = Int(descriptor)
        while registrations.count <= index { registrations.append(Registration()) }
        registrations[index].generation &+= 1
        registrations[index].handler = handler
        do throws(PosixError) {
            try control(EPOLL_CTL_ADD, descriptor, interest)
        } catch {
            registrations[index].handler = nil
            throw error
        }
    }

    /// Changes what a registered descriptor is watched for.
    public func watch(_ descriptor: Int32, _ interest: Readiness) throws(PosixError) {
        assertOnLoop()
        try control(EPOLL_CTL_MOD, descriptor, interest)
    }

    public func unregister(_ descriptor: Int32) {
        assertOnLoop()
        registrations[Int(descriptor)].handler = nil
        registrations[Int(descriptor)].generation &+= 1
        _ = polyrelay_epoll_ctl(poller.number, EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness) throws(PosixError) {
        var bits: UInt32 = 0
        if interest.contains(.readable) { bits |= POLYRELAY_EPOLLIN }
        if interest.contains(.writable) { bits |= POLYRELAY_EPOLLOUT }
        let token = UInt64(registrations[Int(descriptor)].generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
        _ = try SystemCall.run("epoll_ctl") {
            polyrelay_epoll_ctl(poller.number, operation, descriptor, bits, token)
        }
    }

    /// Runs `action` once, when the jobs of this turn have run.
    public func atTurnEnd(_ action: @escaping () -> Void) {
        assertOnLoop()
        turnEnd.append(action)
    }

    /// What `owner` keeps for this loop alone, made by its first call here. It lives as long as the loop, and is only
    /// ever touched by the loop's thread.
    public func local<Value: AnyObject, Failure: Error>(
        of owner: AnyObject, make: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        assertOnLoop()
        if let value = locals[ObjectIdentifier(owner)] as? Value { return value }
        let value = try make()
        locals[ObjectIdentifier(owner)] = value
        return value
    }

    /// Runs `action` on the loop once, `delay` from now or later. The result cancels it.
    @discardableResult
    public func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerID {
        assertOnLoop()
        return timers.insert(deadline: time.uptime + delay, action: action)
    }

    public func cancel(_ timer: TimerID) {
        assertOnLoop()
        timers.cancel(timer)
    }
}
