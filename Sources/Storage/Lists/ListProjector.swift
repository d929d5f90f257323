import Base
import Database
import Posix
import Synchronization

/// Brings the lists' index up to what is committed: after each commit, and after a start whatever is missing, slice by
/// slice on a thread of its own that gives way to all others, and that takes a small share of the machine while anybody
/// commits.
///
/// Unchecked Sendable: `work`, `main` and `database` are the thread's alone once `start` was called.
final class ListProjector: @unchecked Sendable {
    private let index: ListIndex
    private let path: String
    private let seal: StoreSeal
    private let wakeUps: WorkQueue<Void>
    private let isEnding = Atomic(false)
    private let writer: Writer
    private let time: any TimeSource
    private let log: Log
    private var work: ListWork?
    /// For the log: whether what is missing is much, and how much was said to be done.
    private var told: Int64?
    private var hasFailed = false

    init(
        path: String, seal: StoreSeal, index: ListIndex, writer: Writer, time: any TimeSource, log: Log
    ) throws(PosixError) {
        self.path = path
        self.seal = seal
        self.index = index
        self.writer = writer
        self.time = time
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
                failed(error)
                continue
            }
            // Whoever commits once a moment has it read once a moment.
            if goesOn { Thread.pause(StorageLimits.listGatheringPause) }
        }
    }

    /// Lists look at rows meanwhile. A disk that was full is mended one day, so it is tried again: with what the file
    /// has.
    private func failed(_ error: DatabaseError) {
        if !hasFailed { log.error("lists-index-failed") { $0.add("reason", OperatorText(error.description)) } }
        hasFailed = true
        work = nil
        index.withState { $0.isUsable = false }
        index.end()
        for _ in 0..<StorageLimits.listRetryPauses where goesOn { Thread.pause(StorageLimits.listPause) }
        wake()
    }

    private func catchUp() throws(DatabaseError) {
        if work == nil {
            work = try ListWork(path: path, seal: seal, index: index)
            index.goOn()
        }
        while goesOn, let work {
            let (commits, began) = (writer.commits, time.uptime)
            guard try work.slice() else {
                if told != nil { log.info("lists-index-ready") { $0.add("messages", Int(work.messages)) } }
                (told, hasFailed) = (nil, false)
                return index.reached(commits)
            }
            tell(work)
            if writer.commits != commits { rest(after: time.uptime - began) }
        }
    }

    /// Progress of what takes long: at the beginning and every so many messages.
    private func tell(_ work: ListWork) {
        guard work.fullSlices >= StorageLimits.listSlicesToldOf else { return }
        guard work.messages - (told ?? .min / 2) >= StorageLimits.listMessagesToldOf else { return }
        told = work.messages
        log.info("lists-index-filling") { $0.add("messages", Int(work.messages)) }
    }

    /// Beside traffic it works for its share of the time, and lists read what it lacks from the rows. By wall time: who
    /// did not get a processor rests for that too.
    private func rest(after slice: Duration) {
        let share = writer.isBusy ? StorageLimits.listShareBesideBusy : StorageLimits.listShareBesideTraffic
        var left = min(slice * share / Machine.coreCount, StorageLimits.listRestMax)
        while goesOn, left > .zero {
            let (commits, piece) = (writer.commits, min(left, StorageLimits.listPause))
            Thread.pause(piece)
            left -= piece
            // Nobody commits any more.
            if left > .zero, writer.commits == commits { return }
        }
    }
}
