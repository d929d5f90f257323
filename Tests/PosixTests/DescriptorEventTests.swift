import Base
import Glibc
import Posix
import Synchronization
import Testing

/// A pipe whose ends a test watches.
private final class Pipe: Sendable {
    let readEnd: Int32
    let writeEnd: Int32

    init() {
        var ends: [Int32] = [0, 0]
        let result = unsafe pipe(&ends)
        precondition(result == 0, "no descriptors left")
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        _ = close(readEnd)
        _ = close(writeEnd)
    }

    func ring() {
        var byte: UInt8 = 1
        _ = unsafe write(writeEnd, &byte, 1)
    }

    func drain() {
        var byte: UInt8 = 0
        _ = unsafe read(readEnd, &byte, 1)
    }
}

@Suite("Event loop: descriptors")
struct DescriptorEventTests {
    private let loop: EventLoop

    init() throws { loop = try EventLoop(name: "test", time: SystemTime()) }

    /// Runs `setUp` on the loop, gives the loop some turns, and ends it.
    private func run(turns: Int = 5, _ setUp: @escaping @Sendable (EventLoop) throws -> Void) async throws {
        let thread = loop.start()
        let failure = await withCheckedContinuation { continuation in
            loop.execute { [loop] in
                do {
                    try setUp(loop)
                    continuation.resume(returning: nil as (any Error)?)
                } catch {
                    continuation.resume(returning: error)
                }
            }
        }
        for _ in 0..<turns {
            await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
        }
        loop.stop()
        thread.join()
        if let failure { throw failure }
    }

    @Test("A descriptor that stays ready is told of in every turn, until it is watched for nothing")
    func levelTriggered() async throws {
        let pipe = Pipe()
        let count = Mutex(0)
        pipe.ring()
        try await run(turns: 20) { loop in
            try loop.register(pipe.readEnd, .readable) { readiness in
                #expect(loop.isOnLoop && readiness == .readable)
                let calls = count.withLock { count in
                    count += 1
                    return count
                }
                if calls == 3 { try? loop.watch(pipe.readEnd, []) }
            }
        }
        #expect(count.withLock { $0 } == 3)
    }

    @Test("The other end's going away is told of, whatever is watched for")
    func broken() async throws {
        let pipe = Pipe()
        let seen = Mutex(Readiness())
        let end = dup(pipe.writeEnd)
        try await run { loop in
            // The read end goes: only the write end stays.
            try loop.register(end, []) { readiness in
                seen.withLock { $0.formUnion(readiness) }
                loop.unregister(end)
            }
            let null = unsafe open("/dev/null", O_RDONLY)
            _ = dup2(null, pipe.readEnd)
            _ = close(null)
        }
        _ = close(end)
        #expect(seen.withLock { $0 }.contains(.broken))
    }

    /// Two descriptors are ready in one turn. Whichever is served first gives the other's number to a new file that is
    /// not ready: the event that the kernel has already reported was for the old one.
    @Test("An event for a descriptor that was closed and given out again in the same turn is dropped")
    func reuse() async throws {
        let (one, two, quiet) = (Pipe(), Pipe(), Pipe())
        let log = Mutex<[String]>([])
        one.ring()
        two.ring()
        try await run { loop in
            @Sendable func replace(_ other: Pipe, by mine: Pipe) {
                log.withLock { $0.append("first") }
                loop.unregister(mine.readEnd)
                loop.unregister(other.readEnd)
                _ = dup2(quiet.readEnd, other.readEnd)
                do {
                    try loop.register(other.readEnd, .readable) { _ in log.withLock { $0.append("stale") } }
                } catch {
                    log.withLock { $0.append("\(error)") }
                }
            }
            try loop.register(one.readEnd, .readable) { _ in replace(two, by: one) }
            try loop.register(two.readEnd, .readable) { _ in replace(one, by: two) }
        }
        #expect(log.withLock { $0 } == ["first"])
    }
}
