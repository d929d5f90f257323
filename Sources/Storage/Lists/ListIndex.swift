import Database
import Posix
import Synchronization

/// Which messages have which state, tag, domain, address: what exact filters of lists are answered from, and their
/// totals. A projection of messages and events: nothing is in it that their rows do not say, and it is made again
/// where it is missing (`ListProjector`).
///
/// Stretches of messages by their numbers: full ones on disk (`ListDatabase`), the latest in memory. What came after
/// `marks` is read from the rows by whoever asks. Any thread.
final class ListIndex: Sendable {
    /// What is known at one moment.
    struct State: Sendable {
        var marks = ListMarks()
        /// How often it was opened.
        var generation = 0
        /// Oldest first, and of increasing numbers.
        var runs: [ListRun] = []
        var segment: ListSegment
        /// Nothing is to be read from it: it was not looked at yet, or cannot be kept.
        var isUsable = false

        init(segmentMessages: Int) { segment = ListSegment(capacity: segmentMessages) }
    }

    let segmentMessages: Int
    private let state: Mutex<State>
    private let waiting = Mutex<[(commits: UInt64, continuation: CheckedContinuation<Void, Never>)]>([])
    private let isEnded = Atomic(false)

    /// `segmentMessages`: at most `ListBitmap.places`.
    init(segmentMessages: Int = ListBitmap.places) {
        self.segmentMessages = segmentMessages
        state = Mutex(State(segmentMessages: segmentMessages))
    }

    /// Reads, or changes, what is known; nothing else happens meanwhile. Short.
    func withState<Value: Sendable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try state.withLock { state throws(Failure) in try body(&state) }
    }

    /// Removals up to this one are on disk, and the database may forget them.
    var keptRemovals: Int64 { consumed.load(ordering: .relaxed) }
    private let consumed = Atomic<Int64>(0)

    func keep(removals: Int64) { consumed.store(removals, ordering: .relaxed) }

    // MARK: Waiting for it

    /// Returns once so many commits of this process are in it, or it has ended.
    func wait(for commits: UInt64, wake: () -> Void) async {
        await withCheckedContinuation { continuation in
            waiting.withLock { $0.append((commits, continuation)) }
            if isEnded.load(ordering: .acquiring) { reached(.max) }
            wake()
        }
    }

    func reached(_ commits: UInt64) {
        let done = waiting.withLock { waiting in
            let done = waiting.filter { $0.commits <= commits }
            waiting.removeAll { $0.commits <= commits }
            return done
        }
        for waiter in done { waiter.continuation.resume() }
    }

    /// Nobody waits for it: it has ended, or does not get on for now.
    func end() {
        isEnded.store(true, ordering: .releasing)
        reached(.max)
    }

    /// It gets on again.
    func goOn() { isEnded.store(false, ordering: .releasing) }
}
