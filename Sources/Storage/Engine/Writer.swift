import Base
import Database
import Model
import Ports
import Posix
import Rows
import Synchronization

/// The one thread that changes the database.
///
/// It takes everything that waits, runs it in one transaction with one sync, and hands each loop its outcomes with one
/// wake-up. A unit of work checks before it writes, so a refusal leaves nothing to undo, and no savepoint is paid for.
/// If SQLite itself fails inside a transaction, the whole is rolled back and each unit tried again alone: one that
/// cannot be written fails by itself and takes nobody with it.
///
/// A sync that fails ends writing until the next start: what the disk holds is then unknown, and a later sync may
/// report success for pages that were dropped.
///
/// Unchecked Sendable: `queue`, `poisoned`, `refusing`, `commitCount`, `commitSize`, `published`, the observers,
/// `contentRemover` and `rider` are safe from any thread; all else is the writer thread's alone once `start` was
/// called.
final class Writer: @unchecked Sendable {
    /// A unit of work and who waits for it.
    private struct Unit: Sendable {
        let changes: [EncodedChange]
        let loop: EventLoop?
        let reply: CheckedContinuation<[ChangeOutcome], Never>
    }

    private struct Reply: Sendable {
        let outcomes: [ChangeOutcome]
        let continuation: CheckedContinuation<[ChangeOutcome], Never>
    }

    // A function that stands in a Mutex by itself is wrapped once more by each look at it, and every call goes through
    // all of its wraps (Swift 6.3); a value that holds it is not.
    private struct CommitObserver: Sendable {
        let committed: @Sendable () -> Void
    }
    private struct ContentRemover: Sendable {
        let remove: @Sendable ([String]) -> Void
    }

    private let queue: WorkQueue<Unit>
    private let poisoned = Atomic(false)
    private let refusing = Atomic(false)
    private let commitCount = Atomic<UInt64>(0)
    /// Counted once a commit, whatever it carries, and read by whoever wants to know.
    private let published = Mutex(StoreFigures())
    private let factObservers = Mutex<[any FactObserver]>([])
    private let observer = Mutex<(any DeliveryObserver)?>(nil)
    private let rider = Mutex<(any RateWindowSource)?>(nil)
    private let webhookObserver = Mutex<(any WebhookObserver)?>(nil)
    private let relayObserver = Mutex<(any RelayObserver)?>(nil)
    private let recordObserver = Mutex<(any RecordObserver)?>(nil)
    private let commitObserver = Mutex<CommitObserver?>(nil)
    /// Sixteen times the units of a commit, on the average of the latest.
    private let commitSize = Atomic(0)
    private let contentRemover = Mutex<ContentRemover?>(nil)
    private let connection: Connection
    private let checkpointer: Checkpointer
    private let apply: Applier
    private let time: any TimeSource
    private let log: Log

    init(
        connection: Connection, checkpointer: Checkpointer, personalities: PersonalityNumbers, recordKeys: RecordKeys,
        answerKeys: AnswerKeys = AnswerKeys(), lists: ListIndex = ListIndex(),
        seal: StoreSeal = .none,
        webhooks: [PersonalityID: WebhookRules] = [:], suppressing: [PersonalityID: AutoSuppression] = [:],
        time: any TimeSource, log: Log
    ) throws {
        queue = try WorkQueue(capacity: StorageLimits.writerQueue)
        self.connection = connection
        self.checkpointer = checkpointer
        self.time = time
        self.log = log
        apply = try Applier(
            connection: connection, personalities: personalities, recordKeys: recordKeys, answerKeys: answerKeys,
            lists: lists, seal: seal, webhooks: webhooks, suppressing: suppressing, started: time.now)
        publish { _ in }
    }

    func start() -> Thread { Thread(name: "writer") { self.run() } }

    func stop() { queue.close() }

    func observe(_ observer: any DeliveryObserver) { self.observer.withLock { $0 = observer } }

    func observe(webhooks observer: any WebhookObserver) { webhookObserver.withLock { $0 = observer } }

    func observe(relays observer: any RelayObserver) { relayObserver.withLock { $0 = observer } }

    func observe(facts observer: any FactObserver) { factObservers.withLock { $0.append(observer) } }

    func observe(records observer: any RecordObserver) { recordObserver.withLock { $0 = observer } }

    /// Who hears of each commit, on the writer's thread before anybody is told: hands over and returns.
    func observe(commits observer: @escaping @Sendable () -> Void) {
        commitObserver.withLock { $0 = CommitObserver(committed: observer) }
    }

    /// So much comes that every commit gathers several callers.
    var isBusy: Bool { commitSize.load(ordering: .relaxed) >= 16 * StorageLimits.unitsOfBusyCommit }

    /// Who removes files that no row names any more; called after the commit, hands over and returns.
    func removeContents(by remover: @escaping @Sendable ([String]) -> Void) {
        contentRemover.withLock { $0 = ContentRemover(remove: remover) }
    }

    func ride(_ source: any RateWindowSource) { rider.withLock { $0 = source } }

    /// Commits so far. Counted before anybody is told of one: who reads in a snapshot that was begun after asking for
    /// this number sees all that it may know of.
    var commits: UInt64 { commitCount.load(ordering: .acquiring) }

    /// What was written, and what waits; without the sizes of files.
    var figures: StoreFigures {
        var figures = published.withLock { $0 }
        figures.waitingUnits = queue.count
        figures.isWritable = isWritable
        return figures
    }

    private func publish(_ change: (inout StoreFigures) -> Void) {
        published.withLock { figures in
            change(&figures)
            apply.write(to: &figures)
        }
    }

    var isPoisoned: Bool { poisoned.load(ordering: .relaxed) }

    /// The latest attempt did not fail for the disk.
    var isWritable: Bool { !isPoisoned && !refusing.load(ordering: .relaxed) }

    /// The disk did not take what was to be written beside the database. Any thread.
    func noteRefusal() { refusing.store(true, ordering: .relaxed) }

    /// Hands a unit of work over and waits for its outcomes. Any thread; comes back on the caller's executor.
    func commit(_ changes: [EncodedChange]) async -> [ChangeOutcome] {
        await withCheckedContinuation { continuation in
            let unit = Unit(changes: changes, loop: EventLoop.current, reply: continuation)
            if isPoisoned {
                continuation.resume(returning: Self.refused(changes, .storageUnavailable))
            } else if !queue.put(unit) {
                let wait = Duration.seconds(StorageLimits.retryAfterSeconds)
                continuation.resume(returning: Self.refused(changes, .overloaded(retryAfter: wait)))
            }
        }
    }

    private static func refused(_ changes: [EncodedChange], _ failure: KernelFailure) -> [ChangeOutcome] {
        changes.map { _ in .refused(failure) }
    }

    // MARK: The thread

    private func run() {
        while let units = queue.takeAll() {
            var rest = units[...]
            while !rest.isEmpty {
                commit(rest.prefix(StorageLimits.unitsPerTransaction))
                rest = rest.dropFirst(StorageLimits.unitsPerTransaction)
                copyLog()
            }
            // A commit costs the same for one unit as for fifty. Under load a moment's rest fills the next one; a lone
            // caller never waits for it.
            if units.count >= StorageLimits.unitsThatTellOfMore { Thread.pause(StorageLimits.gatheringPause) }
        }
    }

    private func commit(_ units: ArraySlice<Unit>) {
        if isPoisoned { return answer(units, units.map { Self.refused($0.changes, .storageUnavailable) }) }
        do {
            answer(units, try transaction(units))
        } catch  where units.count > 1 && error.kind != .syncFailed {
            for index in units.indices { commit(units[index...index]) }
        } catch {
            fail(units, error)
        }
    }

    /// One transaction, to the end of its sync. On an error nothing of it is left, on disk or in memory.
    private func transaction(_ units: ArraySlice<Unit>) throws(DatabaseError) -> [[ChangeOutcome]] {
        apply.groups = GroupRefusals()
        while true {
            do throws(DatabaseError) {
                return try attempt(units)
            } catch {
                apply.rollBack()
                guard !apply.groups.wantsAnotherTry else {
                    apply.groups.beginAgain()
                    continue
                }
                publish { $0.failedCommits += 1 }
                if error.kind == .full || error.kind == .inputOutput { noteRefusal() }
                if error.kind == .syncFailed { poison(error) }
                throw error
            }
        }
    }

    private func attempt(_ units: ArraySlice<Unit>) throws(DatabaseError) -> [[ChangeOutcome]] {
        let began = time.uptime
        try apply.beginTransaction()
        var outcomes: [[ChangeOutcome]] = []
        outcomes.reserveCapacity(units.count)
        for unit in units {
            var results: [ChangeOutcome] = []
            results.reserveCapacity(unit.changes.count)
            for change in unit.changes { results.append(try apply.apply(change)) }
            outcomes.append(results)
        }
        try apply.commit(with: rider.withLock { $0 }?.takeChangedWindows() ?? [])
        commitCount.wrappingAdd(1, ordering: .releasing)
        refusing.store(false, ordering: .relaxed)
        let size = commitSize.load(ordering: .relaxed)
        commitSize.store(size + units.count - size / 16, ordering: .relaxed)
        commitObserver.withLock { $0 }?.committed()
        let took = time.uptime - began
        publish { figures in
            figures.commitUnits.note(Double(units.count))
            figures.commitSeconds.note(took / .seconds(1))
        }
        return outcomes
    }

    /// Tells memory and the queues first, then those who wait: when a caller is answered, what it changed holds, and
    /// its deliveries are on their way.
    private func answer(_ units: ArraySlice<Unit>, _ outcomes: [[ChangeOutcome]]) {
        let facts = apply.takeFacts()
        if !facts.isEmpty { for observer in factObservers.withLock({ $0 }) { observer.committed(facts) } }
        let queued = apply.takeQueued()
        if !queued.isEmpty { observer.withLock { $0 }?.queued(queued) }
        let removed = apply.removal.takeDeliveries()
        if !removed.isEmpty { observer.withLock { $0 }?.removed(removed) }
        let webhooks = apply.webhooks.takeQueued()
        if !webhooks.isEmpty { webhookObserver.withLock { $0 }?.queued(webhooks) }
        let relays = apply.relays.takeQueued()
        if !relays.isEmpty { relayObserver.withLock { $0 }?.queued(relays) }
        let files = apply.removal.takeFiles()
        if !files.isEmpty { contentRemover.withLock { $0 }?.remove(files) }
        if let due = apply.records.takeEarliestDue() { recordObserver.withLock { $0 }?.scheduled(earliest: due) }
        var byLoop: [ObjectIdentifier: (loop: EventLoop, replies: [Reply])] = [:]
        for (unit, outcome) in zip(units, outcomes) {
            let reply = Reply(outcomes: outcome, continuation: unit.reply)
            guard let loop = unit.loop else {
                reply.continuation.resume(returning: reply.outcomes)
                continue
            }
            byLoop[ObjectIdentifier(loop), default: (loop, [])].replies.append(reply)
        }
        for (loop, replies) in byLoop.values {
            loop.execute {
                for reply in replies { reply.continuation.resume(returning: reply.outcomes) }
            }
        }
    }

    private func fail(_ units: ArraySlice<Unit>, _ error: DatabaseError) {
        log.error("commit-failed") { line in
            line.add("units", units.count)
            line.add("reason", OperatorText(error.description))
        }
        let failure: KernelFailure
        switch error.kind {
        case .busy, .full, .syncFailed, .inputOutput, .corrupt: failure = .storageUnavailable
        case .constraint, .misuse: failure = .internalError(incident: "unit of work could not be written")
        }
        answer(units, units.map { Self.refused($0.changes, failure) })
    }

    private func poison(_ error: DatabaseError) {
        poisoned.store(true, ordering: .relaxed)
        log.error("storage-poisoned") { line in
            line.add("reason", OperatorText(error.description))
            line.add("mend", "check the disk, then start the program again")
        }
    }

    /// At the end, once the thread has ended and nobody reads any more: the database's file holds everything.
    func emptyLog() {
        do {
            try connection.checkpointToTheEnd()
        } catch {
            log.error("checkpoint-failed") { $0.add("reason", OperatorText(error.description)) }
        }
    }

    /// Lets the checkpointer know how long the log has become, or runs the last pass for it.
    private func copyLog() {
        do {
            try checkpointer.finishIfAsked(connection)
        } catch {
            log.error("checkpoint-failed") { $0.add("reason", OperatorText(error.description)) }
        }
        checkpointer.logHasGrown(to: connection.logFrames)
    }
}
