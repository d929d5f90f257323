import Base
import Glibc
import Posix
import Synchronization
import TestKit
import Testing

/// An actor that lives on a loop.
private actor Resident {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { self.loop = loop }

    func isAtHome() -> Bool { loop.isOnLoop && EventLoop.current === loop }

    /// What comes first after a resumption on the loop: the resumed function, or work handed over after it.
    func resumes() async -> [String] {
        let order = Log()
        await withCheckedContinuation { continuation in
            loop.execute { [loop] in
                continuation.resume()
                loop.execute { order.note("later work") }
            }
        }
        order.note("resumed")
        await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
        return order.notes
    }

    func waits() async -> Bool {
        await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
        return isAtHome()
    }
}

private final class Log: Sendable {
    private let kept = Mutex<[String]>([])

    func note(_ word: String) { kept.withLock { $0.append(word) } }

    var notes: [String] { kept.withLock { $0 } }
}

@Suite("Event loop")
struct EventLoopTests {
    /// Runs one test with a loop on a thread of its own.
    private func onLoop<Value>(
        time: any TimeSource = SystemTime(), _ body: (EventLoop) async throws -> Value
    ) async throws -> Value {
        let loop = try EventLoop(name: "test", time: time)
        let thread = loop.start()
        defer {
            loop.stop()
            thread.join()
        }
        return try await body(loop)
    }

    /// Runs `work` on the loop and waits for what it returns.
    private func run<Value: Sendable>(_ loop: EventLoop, _ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in loop.execute { continuation.resume(returning: work()) } }
    }

    @Test("A loop keeps one value for each owner, and another loop another")
    func locals() async throws {
        final class Value: Sendable {}
        try await onLoop { first in
            try await onLoop { second in
                let (owner, other) = (Value(), Value())
                let value: @Sendable (EventLoop, Value) -> Value = { loop, owner in
                    loop.local(of: owner) { () throws(Never) in Value() }
                }
                let kept = await run(first) { value(first, owner) }
                let again = await run(first) { value(first, owner) }
                let others = await run(first) { value(first, other) }
                let elsewhere = await run(second) { value(second, owner) }
                #expect(again === kept && others !== kept && elsewhere !== kept)
            }
        }
    }

    @Test("Work, timers and actors of a loop run on its thread, and nothing else does")
    func isolation() async throws {
        try await onLoop { loop in
            #expect(!loop.isOnLoop && EventLoop.current == nil)
            #expect(await run(loop) { loop.isOnLoop })
            let resident = Resident(loop)
            #expect(await resident.isAtHome())
            #expect(await resident.waits())
            let timer = await withCheckedContinuation { continuation in
                loop.execute {
                    loop.schedule(after: .zero) { continuation.resume(returning: loop.isOnLoop) }
                }
            }
            #expect(timer)
        }
    }

    @Test("A task that prefers its loop, resumed there, goes on in the same turn and without leaving the thread")
    func resumption() async throws {
        try await onLoop { loop in
            let resident = Resident(loop)
            for _ in 0..<20 {
                let order = await Task(executorPreference: loop) { await resident.resumes() }.value
                #expect(order == ["resumed", "later work"])
            }
        }
    }

    @Test("Work of one thread runs in the order in which it was handed over")
    func order() async throws {
        try await onLoop { loop in
            let seen = Mutex<[Int]>([])
            for index in 0..<10_000 { loop.execute { seen.withLock { $0.append(index) } } }
            #expect(await run(loop) { seen.withLock { $0 } } == Array(0..<10_000))
        }
    }

    @Test("Timers ring in the order of their deadlines, equal ones in the order in which they were made")
    func timers() async throws {
        let time = HandTime()
        try await onLoop(time: time) { loop in
            let seen = Mutex<[String]>([])
            await run(loop) {
                for (name, seconds) in [("c", 3), ("a", 1), ("b1", 2), ("b2", 2), ("never", 9), ("gone", 1)] {
                    let timer = loop.schedule(after: .seconds(seconds)) { seen.withLock { $0.append(name) } }
                    if name == "gone" { loop.cancel(timer) }
                }
            }
            await run(loop) {}
            #expect(seen.withLock { $0 } == [])
            time.advance(by: .seconds(3))
            for _ in 0..<2 { await run(loop) {} }
            #expect(seen.withLock { $0 } == ["a", "b1", "b2", "c"])
        }
    }

    @Test("A timer wakes a loop that has nothing else to do")
    func timerWakes() async throws {
        try await onLoop { loop in
            let start = SystemTime().uptime
            await withCheckedContinuation { continuation in
                loop.execute { loop.schedule(after: .milliseconds(20)) { continuation.resume() } }
            }
            #expect(SystemTime().uptime - start >= .milliseconds(20))
        }
    }

    @Test("A timer set by a timer rings too, and one may cancel another that is due with it")
    func nestedTimers() async throws {
        let time = HandTime()
        try await onLoop(time: time) { loop in
            let seen = Mutex<[String]>([])
            await run(loop) {
                let ids = Mutex<[TimerID]>([])
                loop.schedule(after: .seconds(1)) {
                    for id in ids.withLock({ $0 }) { loop.cancel(id) }
                    loop.schedule(after: .seconds(1)) { seen.withLock { $0.append("second") } }
                }
                let id = loop.schedule(after: .seconds(1)) { seen.withLock { $0.append("cancelled") } }
                ids.withLock { $0.append(id) }
            }
            for _ in 0..<2 {
                time.advance(by: .seconds(1))
                for _ in 0..<2 { await run(loop) {} }
            }
            #expect(seen.withLock { $0 } == ["second"])
        }
    }

    @Test("No wake-up is lost, however many threads hand over however much")
    func wakeUps() async throws {
        try await onLoop { loop in
            let counter = Counter()
            for round in 1...50 {
                // Between two rounds the loop falls asleep.
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            for _ in 0..<20 {
                                await withCheckedContinuation { continuation in
                                    loop.execute {
                                        counter.add()
                                        continuation.resume()
                                    }
                                }
                            }
                        }
                    }
                }
                #expect(counter.count == round * 80)
            }
        }
    }

    @Test("More jobs than one turn takes are all run")
    func manyJobs() async throws {
        try await onLoop { loop in
            let resident = Resident(loop)
            let homes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<10_000 { group.addTask { await resident.isAtHome() } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(homes == 10_000)
        }
    }

    @Test("Stopping ends the thread, before it began or while it sleeps")
    func stop() throws {
        for startsFirst in [false, true] {
            let loop = try EventLoop(name: "test", time: SystemTime())
            if !startsFirst { loop.stop() }
            let thread = loop.start()
            if startsFirst { loop.stop() }
            thread.join()
        }
    }
}
