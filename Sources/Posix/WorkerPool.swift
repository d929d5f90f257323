import Synchronization

/// A few threads that run blocking work in the order it was given. Any thread may give.
public final class WorkerPool: Sendable {
    /// Calls what it is given once it is done, and only then whoever waits for it: who gives new work at once must find
    /// this thread idle, or it goes behind another that is blocked.
    private typealias Work = @Sendable (_ isDone: () -> Void) -> Void

    /// A thread's queue, with what it has taken out and not yet done.
    private final class Lane: Sendable {
        /// Whoever waits for room has it counted elsewhere.
        let queue: WorkQueue<Work>
        let unfinished = Atomic(0)
        private let givesWay: Bool

        init(givesWay: Bool) throws(PosixError) {
            queue = try WorkQueue(capacity: .max)
            self.givesWay = givesWay
        }

        func put(_ work: @escaping Work) -> Bool {
            unfinished.add(1, ordering: .relaxed)
            let isTaken = queue.put(work)
            if !isTaken { unfinished.subtract(1, ordering: .relaxed) }
            return isTaken
        }

        func run() {
            if givesWay { Thread.giveWay() }
            while let work = queue.takeAll() {
                for item in work { item { unfinished.subtract(1, ordering: .relaxed) } }
            }
        }
    }

    private let lanes: [Lane]
    private let threads: [Thread]
    private let capacity: Int

    /// `capacity`: pieces of work that `offer` lets be under way or wait, over all threads. `givesWay`: all other
    /// threads come first.
    public init(name: String, threads count: Int, capacity: Int, givesWay: Bool = false) throws(PosixError) {
        var lanes: [Lane] = []
        for _ in 0..<count { lanes.append(try Lane(givesWay: givesWay)) }
        self.lanes = lanes
        self.capacity = capacity
        threads = lanes.enumerated().map { index, lane in Thread(name: "\(name)-\(index)") { lane.run() } }
    }

    /// Runs `work` on the thread that has least to do, and comes back on the caller's executor. However much there is
    /// to do, it waits for its turn: no work is ever done on the caller's thread, which may be a loop's. After the end
    /// it is, as nobody else is left.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let item: Work = { isDone in
                let value = work()
                isDone()
                continuation.resume(returning: value)
            }
            let idlest = lanes.min { $0.unfinished.load(ordering: .relaxed) < $1.unfinished.load(ordering: .relaxed) }
            if idlest?.put(item) != true { item {} }
        }
    }

    /// The same; nil, and nothing done, where there is as much to do as `capacity` says.
    public func offer<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        let unfinished = lanes.reduce(0) { $0 + $1.unfinished.load(ordering: .relaxed) }
        return unfinished < capacity ? await run(work) : nil
    }

    /// Lets the threads finish what waits, and ends them.
    public func stop() {
        for lane in lanes { lane.queue.close() }
        for thread in threads { thread.join() }
    }
}
