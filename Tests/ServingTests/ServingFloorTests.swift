import Base
import Posix
import Serving
import TestKit
import Testing

@Suite("Serving floor")
struct ServingFloorTests {
    /// Runs one test with a shard that listens, and stops it after.
    private func serve(_ body: (EchoShard, SocketAddress, HandTime) async throws -> Void) async throws {
        let time = HandTime()
        let loop = try EventLoop(name: "shard", time: time)
        let thread = loop.start()
        let shard = EchoShard(loop: loop, time: time)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(shard, try await shard.listen(), time))
        } catch {
            result = .failure(error)
        }
        await shard.closeAll()
        loop.stop()
        thread.join()
        try result.get()
    }

    /// Returns when the loop has looked at its descriptors and timers once more.
    private func turn(_ shard: EchoShard) async {
        for _ in 0..<2 {
            await withCheckedContinuation { continuation in shard.loop.execute { continuation.resume() } }
        }
    }

    @Test("What a client is told in one turn is one write, however often it was gathered")
    func oneWrite() async throws {
        try await serve { shard, address, _ in
            let client = try LoopbackClient(address)
            try client.send("hello")
            let text = try await LoopbackClient.onThread { try client.receive(through: "hello") }
            #expect(text == "hello")
            #expect(await shard.writes.count == 1)
        }
    }

    @Test("A connection with the descriptor of an earlier one has another name, and all that came are counted")
    func counting() async throws {
        try await serve { shard, address, _ in
            for _ in 0..<3 {
                let text = try await LoopbackClient.onThread {
                    let client = try LoopbackClient(address)
                    try client.send("x")
                    let text = try client.receive(through: "x")
                    client.endSending()
                    return try text + client.receiveAll()
                }
                #expect(text == "x")
            }
            while await shard.counts.open > 0 { await turn(shard) }
            #expect(await shard.counts.accepted == 3)
            let names = await shard.writes
            #expect(names.count == 3 && Set(names.map(\.generation)).count == 3)
        }
    }

    @Test("A connection that is late is swept, and one that spoke meanwhile is not")
    func sweeping() async throws {
        try await serve { shard, address, time in
            let silent = try LoopbackClient(address)
            let talking = try LoopbackClient(address)
            while await shard.counts.open < 2 { await turn(shard) }
            for _ in 0..<6 {
                time.advance(by: .seconds(1))
                await turn(shard)
            }
            try talking.send("x")
            _ = try await LoopbackClient.onThread { try talking.receive(through: "x") }
            for _ in 0..<6 {
                time.advance(by: .seconds(1))
                await turn(shard)
            }
            #expect(await shard.counts.open == 1)
            #expect(try await LoopbackClient.onThread { try silent.receiveAll() } == "")
            withExtendedLifetime(talking) {}
        }
    }

    @Test("Draining ends when the last connection has gone, and nobody comes in after it began")
    func draining() async throws {
        try await serve { shard, address, _ in
            let client = try LoopbackClient(address)
            while await shard.counts.open < 1 { await turn(shard) }
            await shard.drain()
            #expect(await shard.counts.open == 0)
            await #expect(throws: (any Error).self) {
                try await LoopbackClient.onThread {
                    let late = try LoopbackClient(address)
                    try late.send("x")
                    return try late.receiveAll()
                }
            }
            withExtendedLifetime(client) {}
        }
    }
}
