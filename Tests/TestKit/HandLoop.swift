import Glibc
import Ports
import Synchronization

/// A loop without a thread of its own: whoever hands something over runs all that waits, and timers ring when `advance`
/// has moved the clocks to them. With a store in memory everything that one call sets off has happened when it returns.
///
/// Unchecked Sendable: everything is in `state`, under its lock; jobs run outside of it, on one thread at a time, whose
/// handle is `runner`.
package final class HandLoop: ActorLoop, @unchecked Sendable {
    private enum Item {
        case job(UnownedJob)
        case work(@Sendable () -> Void)
    }

    private struct Timer {
        let deadline: Duration
        let number: Int
        let work: @Sendable () -> Void
    }

    private struct State {
        var items: [Item] = []
        var timers: [Timer] = []
        var timersMade = 0
        var runner: pthread_t?
        var isDead = false
        /// What waited when the process died: kept, as a continuation that is thrown away is reported as a mistake.
        var graveyard: [Timer] = []
    }

    package let time: HandTime
    private let state = Mutex(State())

    package init(time: HandTime) { self.time = time }

    // MARK: ActorLoop

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        handOver(.job(job))
    }

    package func execute(_ work: @escaping @Sendable () -> Void) { handOver(.work(work)) }

    package func run(after delay: Duration, _ work: @escaping @Sendable () -> Void) {
        let deadline = time.uptime + delay
        state.withLock { state in
            state.timersMade += 1
            state.timers.append(Timer(deadline: deadline, number: state.timersMade, work: work))
        }
    }

    package func checkIsolated() { precondition(isOnLoop, "not on the loop") }

    package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    private var isOnLoop: Bool { state.withLock { $0.runner == pthread_self() } }

    // MARK: By hand

    /// Moves both clocks, ringing each timer at its own time, the earliest first.
    package func advance(by duration: Duration) {
        let end = time.uptime + duration
        settle()
        while let timer = takeTimer(until: end) {
            if timer.deadline > time.uptime { time.advance(by: timer.deadline - time.uptime) }
            execute(timer.work)
            settle()
        }
        time.advance(by: end - time.uptime)
    }

    /// Waits until no other thread runs what was handed over. One whose last job let the test's own task go on is still
    /// to look for the next job: what the test hands over then would be done by it, and later.
    package func settle() {
        while state.withLock({ $0.runner != nil && $0.runner != pthread_self() }) { sched_yield() }
    }

    /// Rings the timers that are due now.
    package func ringDueTimers() { advance(by: .zero) }

    /// How long until the next timer rings; nil without one.
    package var untilNextTimer: Duration? {
        state.withLock { $0.timers.map(\.deadline).min() }.map { max($0 - time.uptime, .zero) }
    }

    package var timerCount: Int { state.withLock { $0.timers.count } }

    /// Nothing runs here any more: the process has died.
    package func kill() {
        state.withLock { state in
            state.isDead = true
            state.graveyard = state.timers
            state.timers = []
            state.items = []
        }
    }

    private func takeTimer(until end: Duration) -> Timer? {
        state.withLock { state in
            let next = state.timers.indices.min {
                (state.timers[$0].deadline, state.timers[$0].number) < (
                    state.timers[$1].deadline, state.timers[$1].number
                )
            }
            guard let next, state.timers[next].deadline <= end else { return nil }
            return state.timers.remove(at: next)
        }
    }

    private func handOver(_ item: Item) {
        // The runtime holds executors without owning them, and the job that runs here may let the test's last reference
        // go on another thread, while this one is still to look for the next job.
        let owner = unsafe Unmanaged.passRetained(self)
        defer { unsafe owner.release() }
        let runsHere = state.withLock { state -> Bool in
            if state.isDead { return false }
            state.items.append(item)
            guard state.runner == nil else { return false }
            state.runner = pthread_self()
            return true
        }
        if runsHere { runAll() } else { settle() }
    }

    private func runAll() {
        while let item = takeItem() {
            switch item {
            case .job(let job):
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .work(let work): work()
            }
        }
    }

    private func takeItem() -> Item? {
        state.withLock { state in
            if state.items.isEmpty {
                state.runner = nil
                return nil
            }
            return state.items.removeFirst()
        }
    }
}
