import Base
import Database
import Posix
import Synchronization

/// Brings the lists' index up to what is committed: after each commit, and after a start whatever is missing, slice by
/// slice on a thread of its own that gives way to all others and rests while the writer has much to do.
///
/// Unchecked Sendable: `work`, `main` and `database` are the thread's alone once `start` was called.
final class ListProjector: @unchecked Sendable {
    private let index: ListIndex
    private let path: String
    private let wakeUps: WorkQueue<Void>
    private let isEnding = Atomic(false)
    private let writer: Writer
    private let log: Log
    private var work: ListWork?
    /// For the log: whether what is missing is much, and how much was said to be done.
    private var told: Int64?

    init(path: String, index: ListIndex, writer: Writer, log: Log) throws(PosixError) {
        self.path = path
        self.index = index
        self.writer = writer
        self.log = log
        wakeUps = try WorkQueue(capacity: 1)
    }

    func start() -> Thread {
        wake()
        return Thread(name: "lists") {
            Thread.giveWay()
            self.run()
            self.index.end()
        }
    }

    /// There may be something new. Any thread; costs a look at a lock where the thread is at work already.
    func wake() { _ = wakeUps.put(()) }

    func stop() {
        isEnding.store(true, ordering: .relaxed)
        wakeUps.close()
    }

    private var goesOn: Bool { !isEnding.load(ordering: .relaxed) }

    // MARK: The thread

    private func run() {
        while wakeUps.takeAll() != nil {
            do throws(DatabaseError) {
                try catchUp()
            } catch {
                log.error("lists-index-failed") { $0.add("reason", OperatorText(error.description)) }
                // Lists look at rows until the next start makes it again.
                index.withState { $0.isUsable = false }
                return
            }
            // Whoever commits once a moment has it read once a moment.
            if goesOn { Thread.pause(StorageLimits.listGatheringPause) }
        }
    }

    private func catchUp() throws(DatabaseError) {
        if work == nil { work = try ListWork(path: path, index: index) }
        while goesOn, let work {
            let commits = writer.commits
            guard try work.slice() else {
                if told != nil { log.info("lists-index-ready") { $0.add("messages", Int(work.messages)) } }
                told = nil
                return index.reached(commits)
            }
            tell(work)
            rest()
        }
    }

    /// Progress of what takes long: at the beginning and every so many messages.
    private func tell(_ work: ListWork) {
        guard work.fullSlices >= StorageLimits.listSlicesToldOf else { return }
        guard work.messages - (told ?? .min / 2) >= StorageLimits.listMessagesToldOf else { return }
        told = work.messages
        log.info("lists-index-filling") { $0.add("messages", Int(work.messages)) }
    }

    /// While the writer has much to do the processors are its own; at least a slice now and then all the same.
    private func rest() {
        for _ in 0..<StorageLimits.listRestsMax where goesOn && writer.isBusy {
            let commits = writer.commits
            Thread.pause(StorageLimits.listRest)
            if writer.commits == commits { return }
        }
    }
}
