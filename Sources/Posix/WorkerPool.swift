/// A few threads that run blocking work in the order it was given. Any thread may give.
package final class WorkerPool: Sendable {
    package typealias Work = @Sendable () -> Void

    private let queues: [WorkQueue<Work>]
    private let threads: [Thread]

    /// `capacity`: pieces of work that may wait, over all threads.
    package init(name: String, threads count: Int, capacity: Int) throws(PosixError) {
        var queues: [WorkQueue<Work>] = []
        for _ in 0..<count { queues.append(try WorkQueue(capacity: max(1, capacity / count))) }
        self.queues = queues
        threads = queues.enumerated().map { index, queue in
            Thread(name: "\(name)-\(index)") {
                while let work = queue.takeAll() {
                    for item in work { item() }
                }
            }
        }
    }

    /// Runs `work` on one of the threads, and comes back on the caller's executor. Where all queues are full, the
    /// caller's own thread does the work: slower, and bounded.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let item: Work = { continuation.resume(returning: work()) }
            let shortest = queues.min { $0.count < $1.count }
            if shortest?.put(item) != true { item() }
        }
    }

    /// Lets the threads finish what waits, and ends them.
    package func stop() {
        for queue in queues { queue.close() }
        for thread in threads { thread.join() }
    }
}
