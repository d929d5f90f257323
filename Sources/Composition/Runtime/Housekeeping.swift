import AdapterKit
import Base
import Kernel
import Model
import Ports

/// What nobody waits for: rate windows that no commit has taken along, rows that have ended, whether a disk that
/// refused takes something again, and how often the log's warnings came.
final class Housekeeping: Sendable {
    private let store: any Engine
    private let limits: RateBook
    private let dispatcher: Dispatcher
    private let time: any TimeSource
    private let log: Log
    private let retention: Retention
    private let removals: Removals
    private let calls: WorkCalls
    private let isStopped: DrainFlag

    init(_ runtime: KernelRuntime, limits: RateBook) {
        let (stopped, dispatcher) = (DrainFlag(), runtime.dispatcher)
        isStopped = stopped
        let removal = SlicedRemoval(
            store: runtime.store, time: runtime.time, rest: { await dispatcher.pause($0) },
            isStopped: { stopped.isSet })
        retention = Retention(
            removal, directory: runtime.directory, mailbox: runtime.mailbox, rules: runtime.configuration.retention,
            time: runtime.time)
        removals = Removals(
            removal, directory: runtime.directory,
            origins: runtime.personalities.map(\.id) + [.capture, .reports], time: runtime.time, log: runtime.log)
        calls = runtime.removalCalls
        store = runtime.store
        self.limits = limits
        self.dispatcher = dispatcher
        time = runtime.time
        log = runtime.log
    }

    /// Goes on until `stop`.
    func start() {
        Task { await run() }
        Task { await removeWhatIsOld() }
        Task { await removeWhatIsCalledFor() }
    }

    func stop() { isStopped.set() }

    private func removeWhatIsOld() async {
        var next = time.uptime
        while !isStopped.isSet {
            if time.uptime >= next {
                await retention.run()
                next = time.uptime + RuntimeLimits.purgeInterval
            }
            await dispatcher.pause(RuntimeLimits.housekeepingInterval)
        }
    }

    /// What ends by its caller's word goes when it is due, a few at a time.
    private func endMessages() async {
        while !isStopped.isSet, let next = try? await store.nextMessageEnd(), next <= time.now {
            let change = Change.upkeep(.endMessages(at: time.now, limit: SlicedRemoval.rows))
            guard case .done(let count)? = await store.commit([change]).first, count > 0 else { return }
            await dispatcher.pause(RuntimeLimits.messageEndRest)
        }
    }

    /// At the start too: an earlier process may have been called.
    private func removeWhatIsCalledFor() async {
        var isDone = await removals.run()
        while !isStopped.isSet {
            if calls.take() || !isDone { isDone = await removals.run() }
            await dispatcher.pause(RuntimeLimits.housekeepingInterval)
        }
    }

    private func run() async {
        var nextPurge = time.uptime
        while !isStopped.isSet {
            if limits.hasChangedWindows { _ = await store.commit([.limits(.saveRateWindows([]))]) }
            await endMessages()
            if !store.isWritable { _ = await store.commit([.upkeep(.probe)]) }
            log.tellRepeats()
            if time.uptime >= nextPurge {
                _ = await store.commit([.limits(.purge(endedBy: time.now))])
                nextPurge = time.uptime + RuntimeLimits.purgeInterval
            }
            await dispatcher.pause(RuntimeLimits.housekeepingInterval)
        }
    }
}
