import HTTPServer
import HTTPWire
import Ports
import Posix
import Serving
import TestKit
import Testing

@Suite("HTTP shard")
struct HTTPShardTests {
    private typealias Bench = ShardBench

    /// Runs one test with a server, and stops it after.
    private func serve(_ limits: HTTPLimits = .standard, _ body: (ShardBench) async throws -> Void) async throws {
        let bench = try await ShardBench(limits: limits)
        do {
            try await body(bench)
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    @Test("A connection serves one request after the other")
    func keepAlive() async throws {
        try await serve { bench in
            let answers = try await bench.talk { client in
                try (1...3).map { index -> String in
                    try client.send(Bench.request("/a\(index)"))
                    return try client.receive(through: "/a\(index)")
                }
            }
            for answer in answers {
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: Wed, 01 Jul 2026 08:30:00 GMT\r\n"))
                #expect(answer.contains("Content-Length: 3\r\n") && !answer.contains("Connection:"))
            }
        }
    }

    @Test("Connections are counted while they are open and since the start, answers by their class")
    func figures() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/a") + Bench.request("/b"))
            _ = try await LoopbackClient.onThread { try client.receive(through: "/b") }
            let broken = try await bench.talk { client in
                try client.send("nonsense\r\n\r\n")
                return try client.receiveAll()
            }
            #expect(broken.hasPrefix("HTTP/1.1 400"))
            var figures = try #require(await bench.shard.figures.first)
            while figures.connections.open != 1 {
                await bench.turn()
                figures = try #require(await bench.shard.figures.first)
            }
            #expect(figures.service == "stub" && figures.address == bench.address.description)
            #expect(figures.connections.accepted == 2 && figures.connections.handshakesFailed == 0)
            #expect(AnswerCounts.classes.map { figures.answers[$0] } == [0, 2, 0, 1, 0])
            withExtendedLifetime(client) {}
        }
    }

    @Test("Requests sent in one piece are answered in their order, also behind one that takes its time")
    func pipelining() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(["/a", "/wait", "/b", "/wait", "/c"].map { Bench.request($0) }.joined())
            for await path in bench.service.arrivals where path == "/wait" { break }
            bench.service.openGate()
            let text = try await LoopbackClient.onThread { try client.receive(through: "/c") }
            let bodies = text.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix { $0 != "H" } }
            #expect(bodies == ["/a", "waited", "/b", "waited", "/c"])
        }
    }

    @Test("Many requests in one piece with answers larger than any buffer all come back whole")
    func pipelinedFlood() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(
                    String(repeating: Bench.request("/half"), count: 99)
                        + Bench.request("/half", "Connection: close\r\n"))
                return try client.receiveAll()
            }
            #expect(text.split(separator: "HTTP/1.1 200 OK").count == 100)
            #expect(text.utf8.count { $0 == UInt8(ascii: "x") } == 100 * 60_000)
        }
    }

    @Test("A request that comes byte by byte is the same request")
    func slowBytes() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                for byte in Bench.request("/echo", method: "POST", "Content-Length: 5\r\n", body: "hello") {
                    try client.send(String(byte))
                }
                return try client.receive(through: "hello")
            }
            #expect(text.hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test("A chunked body arrives as one")
    func chunked() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(
                    Bench.request(
                        "/echo", method: "POST", "Transfer-Encoding: chunked\r\n",
                        body: "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"))
                return try client.receive(through: "hello")
            }
            #expect(text.contains("Content-Length: 5\r\n"))
        }
    }

    @Test("HEAD is answered without a body, and the connection goes on")
    func head() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(Bench.request("/abc", method: "HEAD") + Bench.request("/z"))
                return try client.receive(through: "/z")
            }
            #expect(text.contains("Content-Length: 4\r\n\r\nHTTP/1.1 200"))
        }
    }

    @Test("A client that waits with its body is told to go on, unless it is too long")
    func expectContinue() async throws {
        try await serve { bench in
            let (interim, final) = try await bench.talk { client in
                try client.send(Bench.request("/echo", method: "POST", "Content-Length: 2\r\nExpect: 100-continue\r\n"))
                let interim = try client.receive(through: "\r\n\r\n")
                try client.send("ok")
                return (interim, try client.receive(through: "ok"))
            }
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(final.hasPrefix("HTTP/1.1 200"))
            let refused = try await bench.talk { client in
                try client.send(
                    Bench.request("/echo", method: "POST", "Content-Length: 2000\r\nExpect: 100-continue\r\n"))
                client.endSending()
                return try client.receiveAll()
            }
            #expect(refused.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test("What is no request is answered once, whole, and then the connection ends")
    func garbage() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send("nonsense\r\n\r\n" + String(repeating: "more of it\r\n", count: 20_000))
                client.endSending()
                return try client.receiveAll()
            }
            #expect(text.hasPrefix("HTTP/1.1 400") && text.contains("Connection: close\r\n"))
            #expect(text.hasSuffix("\r\n\r\nrefused"))
        }
    }

    @Test("A body beyond its limit is refused, announced or not")
    func largeBody() async throws {
        try await serve { bench in
            for (field, body) in [
                ("Content-Length: 1001\r\n", String(repeating: "x", count: 1001)),
                ("Transfer-Encoding: chunked\r\n", "3e9\r\n" + String(repeating: "x", count: 1001)),
            ] {
                let text = try await bench.talk { client in
                    try client.send(Bench.request("/echo", method: "POST", field, body: body))
                    client.endSending()
                    return try client.receiveAll()
                }
                #expect(text.hasPrefix("HTTP/1.1 413") && text.hasSuffix("refused"))
            }
        }
    }

    @Test("A client that ends its side after the request still gets its answer")
    func halfClose() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/wait"))
            client.endSending()
            for await _ in bench.service.arrivals { break }
            await bench.turn()
            bench.service.openGate()
            let text = try await LoopbackClient.onThread { try client.receiveAll() }
            #expect(text.hasSuffix("waited"))
        }
    }

    @Test(
        "A client that goes away while its request is handled harms nobody, however it goes", arguments: [false, true])
    func disconnect(resets: Bool) async throws {
        try await serve { bench in
            do {
                let client = try bench.connect()
                if resets { client.resetOnClose() }
                try client.send(Bench.request("/wait"))
                for await _ in bench.service.arrivals { break }
            }
            await bench.turn()
            bench.service.openGate()
            let text = try await bench.talk { client in
                try client.send(Bench.request("/next"))
                return try client.receive(through: "/next")
            }
            #expect(text.hasPrefix("HTTP/1.1 200"))
        }
    }
}

@Suite("HTTP shard: heads that decide")
struct HTTPShardHeadTests {
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

    @Test("What its head decides is answered before its body, which is not taken for the next request")
    func early() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/no", method: "POST", "Content-Length: 40\r\n"))
            let first = try await LoopbackClient.onThread { try client.receive(through: "/no") }
            #expect(first.hasPrefix("HTTP/1.1 200") && !first.contains("Connection: close"))
            try client.send(String(repeating: "x", count: 40) + Bench.request("/next"))
            let second = try await LoopbackClient.onThread { try client.receive(through: "/next") }
            #expect(second.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test(
        "Where the end of its body is unknown, far or in doubt the connection ends with the answer",
        arguments: [
            "Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n",
            "Content-Length: 4\r\nExpect: 100-continue\r\n",
        ])
    func closing(fields: String) async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/no", method: "POST", fields))
            let text = try await LoopbackClient.onThread { try client.receiveAll() }
            #expect(text.hasPrefix("HTTP/1.1 200") && text.contains("Connection: close"))
        }
    }

    @Test("A HEAD of a large answer says its length and nothing else")
    func largeHead() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(Bench.request("/large", method: "HEAD") + Bench.request("/behind"))
                return try client.receive(through: "/behind")
            }
            #expect(text.contains("Content-Length: \(StubService.largeBytes)\r\n") && text.utf8.count < 1000)
        }
    }

    @Test("Where a large answer waits to be taken, the next is refused until its client has gone")
    func untaken() async throws {
        try await serve { bench in
            var silent: LoopbackClient? = try bench.connect()
            try silent?.send(Bench.request("/large"))
            for await path in bench.service.arrivals where path == "/large" { break }
            let refused = try await bench.talk { client in
                try client.send(Bench.request("/large"))
                return try client.receive(through: "refused")
            }
            #expect(refused.hasPrefix("HTTP/1.1 503"))
            silent = nil
            // The loop hears of the end in a turn of its own.
            var text = ""
            while !text.hasPrefix("HTTP/1.1 200") {
                text = try await bench.talk { client in
                    try client.send(Bench.request("/large"))
                    return try client.receive(through: "\r\n")
                }
            }
        }
    }

    @Test("Who waits to be asked for a body is asked once the head is well")
    func continues() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/echo", method: "POST", "Content-Length: 4\r\nExpect: 100-continue\r\n"))
            _ = try await LoopbackClient.onThread { try client.receive(through: "HTTP/1.1 100 Continue\r\n\r\n") }
            try client.send("body")
            _ = try await LoopbackClient.onThread { try client.receive(through: "body") }
        }
    }
}

@Suite("HTTP shard: time")
struct HTTPShardTimeTests {
    private typealias Bench = ShardBench

    private func serve(
        _ limits: HTTPLimits = .standard, _ body: (ShardBench) async throws -> Void
    ) async throws {
        let bench = try await ShardBench(limits: limits)
        do {
            try await body(bench)
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    /// Has everything that was sent before looked at by the server: another connection's request comes after it.
    private func sync(_ bench: ShardBench) async throws {
        for _ in 0..<2 {
            _ = try await bench.talk { client in
                try client.send(Bench.request("/sync"))
                return try client.receive(through: "/sync")
            }
        }
    }

    @Test("A head that trickles is not waited for longer than one that stops")
    func trickle() async throws {
        try await serve { bench in
            let client = try bench.connect()
            for byte in "GET /" {
                try client.send(String(byte))
                try await sync(bench)
                await bench.pass(.seconds(4))
            }
            let text = try await LoopbackClient.onThread { try client.receiveAll() }
            #expect(text.hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test("A body that stops is answered 408, one that goes on is not")
    func body() async throws {
        var limits = HTTPLimits.standard
        limits.bodyWindowBytes = 1
        try await serve(limits) { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/echo", method: "POST", "Content-Length: 4\r\n"))
            for byte in "abc" {
                try await sync(bench)
                await bench.pass(.seconds(25))
                try client.send(String(byte))
            }
            try await sync(bench)
            await bench.pass(.seconds(32))
            let text = try await LoopbackClient.onThread { try client.receiveAll() }
            #expect(text.hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test("A burst at the beginning of a body buys no silence", arguments: [0, 900])
    func burst(bytes: Int) async throws {
        var limits = HTTPLimits.standard
        limits.bodyWindowBytes = 100
        try await serve(limits) { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/echo", method: "POST", "Content-Length: 1000\r\n"))
            try client.send(String(repeating: "x", count: bytes))
            // A byte now and then is no silence, and still too slow.
            for _ in 0..<(bytes == 0 ? 2 : 3) {
                try await sync(bench)
                await bench.pass(.seconds(11))
                try client.send("x")
            }
            try await sync(bench)
            await bench.pass(.seconds(12))
            let text = try await LoopbackClient.onThread { try client.receiveAll() }
            #expect(text.hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test("A body that comes at the least rate is taken until its whole time is over")
    func wholeTime() async throws {
        var limits = HTTPLimits.standard
        limits.bodyWindowBytes = 10
        limits.bodyTimeout = .seconds(100)
        try await serve(limits) { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/echo", method: "POST", "Content-Length: 1000\r\n"))
            for _ in 0..<9 {
                try client.send(String(repeating: "x", count: 10))
                try await sync(bench)
                await bench.pass(.seconds(10))
                #expect(client.isOpen)
            }
            await bench.pass(.seconds(12))
            let text = try await LoopbackClient.onThread { try client.receiveAll() }
            #expect(text.hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test("A connection that says nothing is closed without a word, after its time and not before")
    func idle() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try await sync(bench)
            await bench.pass(.seconds(70))
            try client.send(Bench.request("/a"))
            _ = try await LoopbackClient.onThread { try client.receive(through: "/a") }
            await bench.pass(.seconds(70))
            try client.send(Bench.request("/b"))
            _ = try await LoopbackClient.onThread { try client.receive(through: "/b") }
            await bench.pass(.seconds(77))
            let rest = try await LoopbackClient.onThread { try client.receiveAll() }
            #expect(rest == "")
        }
    }

    @Test("A request that is being handled has all the time it takes")
    func handling() async throws {
        try await serve { bench in
            let client = try bench.connect()
            try client.send(Bench.request("/wait"))
            for await _ in bench.service.arrivals { break }
            await bench.pass(.seconds(600))
            bench.service.openGate()
            let text = try await LoopbackClient.onThread { try client.receive(through: "waited") }
            #expect(text.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("Draining closes what is idle, lets requests finish, and takes nothing new")
    func drain() async throws {
        try await serve { bench in
            let (idle, busy) = (try bench.connect(), try bench.connect())
            try await sync(bench)
            try busy.send(Bench.request("/wait"))
            for await path in bench.service.arrivals where path == "/wait" { break }
            let draining = Task { await bench.shard.drain() }
            let rest = try await LoopbackClient.onThread { try idle.receiveAll() }
            #expect(rest == "")
            #expect(throws: (any Error).self) {
                let late = try bench.connect()
                try late.send(Bench.request("/late"))
                _ = try late.receive(through: "/late")
            }
            bench.service.openGate()
            let text = try await LoopbackClient.onThread {
                let text = try busy.receive(through: "waited")
                busy.endSending()
                _ = try busy.receiveAll()
                return text
            }
            #expect(text.contains("Connection: close\r\n"))
            await bench.pass(.seconds(3))
            await draining.value
        }
    }
}
