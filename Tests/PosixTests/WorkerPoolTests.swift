import Posix
import Testing

@Suite("Worker pool", .timeLimit(.minutes(10)))
struct WorkerPoolTests {
    /// Something that a thread waits for.
    private final class Latch: Sendable {
        private let queue: WorkQueue<Void>

        init() throws { queue = try WorkQueue(capacity: 1) }

        func open() { queue.close() }
        func wait() { _ = queue.takeAll() }
    }

    @Test("What the work returns comes back to the caller")
    func value() async throws {
        let pool = try WorkerPool(name: "test", threads: 2, capacity: 10)
        #expect(await pool.run { 6 * 7 } == 42)
        pool.stop()
    }

    /// Work that holds a thread until the latch is opened; returns once it has begun. It does not wait for that on a
    /// thread of Swift's own, of which there may be no other.
    private func holdThread(of pool: WorkerPool, until mayEnd: Latch) async -> Task<Void, Never> {
        let (begun, report) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            await pool.run {
                report.finish()
                mayEnd.wait()
            }
        }
        for await _ in begun {}
        return task
    }

    @Test("Work that blocks one thread keeps nobody from the others")
    func idleThread() async throws {
        let pool = try WorkerPool(name: "test", threads: 2, capacity: 10)
        let mayEnd = try Latch()
        let held = await holdThread(of: pool, until: mayEnd)
        // Had it gone to the blocked thread, this would never return.
        for _ in 0..<10 { await pool.run {} }
        mayEnd.open()
        await held.value
        pool.stop()
    }

    @Test("What is offered where there is no room is not done, and what is run waits")
    func full() async throws {
        let pool = try WorkerPool(name: "test", threads: 1, capacity: 1)
        let mayEnd = try Latch()
        let held = await holdThread(of: pool, until: mayEnd)
        #expect(await pool.offer { true } == nil)
        async let waiting: Bool = pool.run { true }
        mayEnd.open()
        #expect(await waiting)
        await held.value
        #expect(await pool.offer { true } == true)
        pool.stop()
    }

    @Test("Stopping lets what waits be done first")
    func stop() async throws {
        let pool = try WorkerPool(name: "test", threads: 2, capacity: 1000)
        let done = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 { group.addTask { await pool.run { done.add() } } }
        }
        pool.stop()
        #expect(done.count == 500)
    }
}
