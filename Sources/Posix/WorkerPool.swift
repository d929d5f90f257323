import Synchronization

/// A few threads that run blocking work in the order it was given. Any thread may give.
package final class WorkerPool: Sendable {
    /// Calls what it is given once it is done, and only then whoever waits for it: who gives new work at once must find
    /// this thread idle, or it goes behind another that is blocked.
    private typealias Work = @Sendable (_ isDone: () -> Void) -> Void

    /// A thread's queue, with what it has taken out and not yet done.
    private final class Lane: Sendable {
        let queue: WorkQueue<Work>
        let unfinished = Atomic(0)

        init(capacity: Int) throws(PosixError) { queue = try WorkQueue(capacity: capacity) }

        func put(_ work: @escaping Work) -> Bool {
            unfinished.add(1, ordering: .relaxed)
            let isTaken = queue.put(work)
            if !isTaken { unfinished.subtract(1, ordering: .relaxed) }
            return isTaken
        }

        func run() {
            while let work = queue.takeAll() {
                for item in work { item { unfinished.subtract(1, ordering: .relaxed) } }
            }
        }
    }

    private let lanes: [Lane]
    private let threads: [Thread]

    /// `capacity`: pieces of work that may wait, over all threads.
    package init(name: String, threads count: Int, capacity: Int) throws(PosixError) {
        var lanes: [Lane] = []
        for _ in 0..<count { lanes.append(try Lane(capacity: max(1, capacity / count))) }
        self.lanes = lanes
        threads = lanes.enumerated().map { index, lane in Thread(name: "\(name)-\(index)") { lane.run() } }
    }

    /// Runs `work` on the thread that has least to do, and comes back on the caller's executor. Where all queues are
    /// full, the caller's own thread does the work: slower, and bounded.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
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

    /// Lets the threads finish what waits, and ends them.
    package func stop() {
        for lane in lanes { lane.queue.close() }
        for thread in threads { thread.join() }
    }
}
