import Base
import Kernel
import Ports
import Synchronization

/// What nobody waits for: rate windows that no commit has taken along, rows that have ended, whether a disk that
/// refused takes something again, and how often the log's warnings came.
final class Housekeeping: Sendable {
    private let store: any Engine
    private let limits: RateBook
    private let dispatcher: Dispatcher
    private let time: any TimeSource
    private let log: Log
    private let isStopped = Atomic(false)

    init(store: any Engine, limits: RateBook, dispatcher: Dispatcher, time: any TimeSource, log: Log) {
        self.store = store
        self.limits = limits
        self.dispatcher = dispatcher
        self.time = time
        self.log = log
    }

    /// Goes on until `stop`.
    func start() { Task { await run() } }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func run() async {
        var nextPurge = time.uptime
        while !isStopped.load(ordering: .relaxed) {
            if limits.hasChangedWindows { _ = await store.commit([.limits(.saveRateWindows([]))]) }
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
