import HTTPServer
import HTTPWire
import Posix
import Serving
import TestKit
import Testing

@Suite("HTTP shard: streamed bodies")
struct HTTPStreamTests {
    private typealias Bench = ShardBench

    private func serve(_ body: (ShardBench) async throws -> Void) async throws {
        let bench = try await ShardBench()
        do {
            try await body(bench)
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    private func note(_ bench: ShardBench) async -> String? {
        for await note in bench.service.streams.notes { return note }
        return nil
    }

    /// Has the shard go on until its flood stands still.
    private func standstill(_ bench: ShardBench) async -> Int {
        var (taken, turns) = (-1, 0)
        while turns < 50 {
            await bench.turn()
            let now = bench.service.streams.piecesTaken
            turns = now == taken && now > 0 ? turns + 1 : 0
            taken = now
        }
        return taken
    }

    @Test("A body comes in chunks, none of them empty but the last, and the connection serves on")
    func chunks() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(Bench.request("/three"))
                let text = try client.receive(through: "\r\n0\r\n\r\n")
                try client.send(Bench.request("/next"))
                return try text + client.receive(through: "/next")
            }
            #expect(text.contains("Transfer-Encoding: chunked\r\n"))
            #expect(text.contains("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\nHTTP/1.1 200 OK"))
            #expect(text.split(separator: "Content-Length").count == 2)
        }
    }

    @Test("A client of HTTP/1.0 gets the body as it is, up to the end of the connection")
    func old() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send("GET /three HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                return try client.receiveAll()
            }
            #expect(text.hasSuffix("\r\n\r\nonetwothree"))
            #expect(text.contains("Connection: close\r\n") && !text.contains("chunked"))
        }
    }

    @Test("For HEAD nothing is made, and the connection serves on")
    func head() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(Bench.request("/three", method: "HEAD") + Bench.request("/three"))
                return try client.receive(through: "\r\n0\r\n\r\n")
            }
            #expect(text.split(separator: "HTTP/1.1 200 OK").count == 2)
            #expect(text.split(separator: "one").count == 2)
            #expect(await note(bench) == "begun")
        }
    }

    @Test("A client that does not read stops whoever makes its body, and gets all of it once it reads")
    func backPressure() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/flood", "Connection: close\r\n"))
            #expect(await standstill(bench) < StubStreams.floodPieces)
            let text = try await LoopbackClient.onThread { try client.receiveAll() }
            let sent = text.utf8.count { $0 == UInt8(ascii: "x") }
            #expect(sent == StubStreams.floodPieces * StubStreams.pieceBytes)
            #expect(text.hasSuffix("\r\n0\r\n\r\n"))
        }
    }

    @Test("A client that takes nothing any more is given up after its time, and not before")
    func stalled() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/flood"))
            _ = await standstill(bench)
            await bench.pass(.seconds(28))
            #expect(await bench.shard.figures.first?.connections.open == 1)
            await bench.pass(.seconds(4))
            #expect(await note(bench) == "gone")
            #expect(await bench.shard.figures.first?.connections.open == 0)
            withExtendedLifetime(client) {}
        }
    }

    @Test("Whoever makes a body hears that its client has gone, also while nothing is sent", arguments: [true, false])
    func gone(_ resets: Bool) async throws {
        try await serve { bench in
            do {
                let client = try bench.connect()
                if resets { client.resetOnClose() }
                try client.send(Bench.request("/hold"))
                _ = try await LoopbackClient.onThread { try client.receive(through: "hello") }
            }
            #expect(await note(bench) == "gone")
        }
    }

    @Test("A body that is being made has all the time it takes")
    func patience() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/hold"))
            _ = try await LoopbackClient.onThread { try client.receive(through: "hello") }
            await bench.pass(.seconds(600))
            #expect(client.isOpen)
        }
    }

    @Test("A body that fails is cut off, so that it is not taken for whole")
    func cut() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(Bench.request("/broken"))
                return try client.receiveAll()
            }
            #expect(text.hasPrefix("HTTP/1.1 200 OK") && !text.contains("\r\n0\r\n"))
        }
    }

    @Test("A request sent ahead is answered when the body before it is whole")
    func pipelined() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(Bench.request("/three") + Bench.request("/a"))
                return try client.receive(through: "/a")
            }
            #expect(text.contains("\r\n0\r\n\r\nHTTP/1.1 200 OK"))
            let client = try bench.connect()
            try client.send(Bench.request("/flood"))
            _ = await standstill(bench)
            try client.send(Bench.request("/b", "Connection: close\r\n"))
            let rest = try await LoopbackClient.onThread { try client.receiveAll() }
            #expect(rest.hasSuffix("/b"))
        }
    }

    @Test("Draining lets a body end that ends by itself, and asks an endless one to")
    func draining() async throws {
        try await serve { bench in
            let (endless, flooded) = (try bench.connect(), try bench.connect())
            try flooded.send(Bench.request("/flood", "Connection: close\r\n"))
            _ = await standstill(bench)
            try endless.send(Bench.request("/endless"))
            _ = try await LoopbackClient.onThread { try endless.receive(through: "hello") }
            let drained = Task { await bench.shard.drain() }
            #expect(await note(bench) == "said bye")
            let last = try await LoopbackClient.onThread { try endless.receiveAll() }
            #expect(last.hasSuffix("3\r\nbye\r\n0\r\n\r\n"))
            let flood = try await LoopbackClient.onThread { try flooded.receiveAll() }
            flooded.endSending()
            #expect(flood.hasSuffix("\r\n0\r\n\r\n"))
            #expect(flood.utf8.count { $0 == UInt8(ascii: "x") } == StubStreams.floodPieces * StubStreams.pieceBytes)
            await drained.value
        }
    }
}
