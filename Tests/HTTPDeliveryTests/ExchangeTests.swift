import Base
import Glibc
import HTTPDelivery
import Model
import Ports
import Testing

@Suite("HTTP transport: exchanges")
struct ExchangeTests {
    @Test("Method, fields and body arrive as given, and the answer comes back")
    func exchange() async throws {
        let sink = try await HTTPSink { _ in .status("202 Accepted", fields: "Retry-After: 7\r\n", body: "thanks") }
        let bench = try TransportBench()
        let exchange = await bench.perform(
            sink.url, body: "{\"a\":1}", fields: [.init("Content-Type", "application/json"), .init("X-One", "1")])
        #expect(exchange.answer == HTTPAnswer(status: 202, snippet: Array("thanks".utf8), retryAfter: .seconds(7)))
        #expect(exchange.connecting != nil && exchange.duration > .zero)
        let request = try #require(sink.requests.first)
        #expect(request.head.hasPrefix("POST /hook HTTP/1.1\r\n"))
        #expect(request.head.contains("\r\nContent-Type: application/json\r\nX-One: 1"))
        #expect(!request.head.contains("Expect"))
        #expect(request.body == Array("{\"a\":1}".utf8))
    }

    @Test("A date to come back at is told as one, and what is neither as nothing")
    func retryAt() async throws {
        let bench = try TransportBench()
        for (value, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Instant(seconds: 784_111_777)), ("soon", nil), ("-5", nil),
        ] {
            let sink = try await HTTPSink { _ in .status("503 Busy", fields: "Retry-After: \(value)\r\n") }
            let answer = try #require(await bench.perform(sink.url).answer)
            #expect(answer.retryAfter == nil && answer.retryAt == expected, "\(value)")
        }
    }

    @Test(
        "A number of seconds of any length is a wait, and one that is no number is none",
        arguments: [
            ("0", 0), ("7", 7), ("99999999999999999999999999", 366 * 86_400), ("9223372036854775807", 366 * 86_400),
        ])
    func retrySeconds(value: String, seconds: Int) async throws {
        let bench = try TransportBench()
        let sink = try await HTTPSink { _ in .status("503 Busy", fields: "Retry-After: \(value)\r\n") }
        let answer = try #require(await bench.perform(sink.url).answer)
        #expect(answer.retryAfter == .seconds(seconds) && answer.retryAt == nil)
    }

    @Test("A field without a value is sent as one, and nothing is said of the body's type that the caller did not say")
    func plainFields() async throws {
        let sink = try await HTTPSink()
        _ = await (try TransportBench()).perform(sink.url, body: "a=b", fields: [.init("X-Empty", "")])
        let head = try #require(sink.requests.first).head
        #expect(head.contains("\r\nX-Empty:"))
        #expect(!head.contains("Content-Type"))
    }

    @Test("Other methods carry their bodies too", arguments: ["PUT", "PATCH", "DELETE", "GET"])
    func methods(method: String) async throws {
        let sink = try await HTTPSink()
        let exchange = await (try TransportBench()).perform(sink.url, method: method, body: "body")
        #expect(exchange.answer?.status == 200)
        #expect(sink.requests.first?.head.hasPrefix("\(method) /hook ") == true)
        #expect(sink.requests.first.map { String(decoding: $0.body, as: UTF8.self) } == "body")
    }

    @Test("A connection is kept for the next request to the same place")
    func keepAlive() async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench()
        for _ in 0..<5 { #expect(await bench.perform(sink.url).answer?.status == 200) }
        #expect(sink.connections == 1)
        #expect(await bench.perform(sink.url).connecting == nil)
    }

    @Test("A kept connection that the receiver closed meanwhile costs no delivery")
    func closedWhileKept() async throws {
        let sink = try await HTTPSink { _ in .rawAndClose("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
        let bench = try TransportBench()
        for _ in 0..<5 { #expect(await bench.perform(sink.url).answer?.status == 200) }
        #expect(sink.requests.count == 5)
    }

    @Test("A redirect is an answer, and is not followed", arguments: [301, 302, 307, 308])
    func redirect(status: Int) async throws {
        let target = try await HTTPSink()
        let sink = try await HTTPSink { _ in .status("\(status) Moved", fields: "Location: \(target.url)\r\n") }
        let exchange = await (try TransportBench()).perform(sink.url)
        #expect(exchange.answer?.status == status)
        #expect(target.connections == 0)
    }

    @Test("A receiver that says nothing is out of time")
    func silence() async throws {
        let sink = try await HTTPSink { _ in .silence }
        let exchange = await (try TransportBench()).perform(sink.url, timeout: .milliseconds(150))
        #expect(exchange.failure == .timeout)
        #expect(exchange.duration >= .milliseconds(150) && exchange.duration < .seconds(5))
    }

    @Test("One that trickles its body for ever is out of time too")
    func trickle() async throws {
        let sink = try await HTTPSink { _ in
            .trickle("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", every: .milliseconds(20))
        }
        let exchange = await (try TransportBench()).perform(sink.url, timeout: .milliseconds(200))
        #expect(exchange.failure == .timeout)
    }

    @Test("A broken connection is a reset")
    func reset() async throws {
        let sink = try await HTTPSink { _ in .reset }
        #expect(await (try TransportBench()).perform(sink.url).failure == .reset)
    }

    @Test("Nobody there: the connection is refused")
    func refused() async throws {
        let port = try await HTTPSink().port
        #expect(await (try TransportBench()).perform("http://127.0.0.1:\(port)/").failure == .connect)
    }

    @Test("A name without an address")
    func unknownName() async throws {
        #expect(await (try TransportBench()).perform("http://nobody.invalid/").failure == .name)
    }

    @Test("What is no HTTP is a protocol error")
    func garbage() async throws {
        let sink = try await HTTPSink { _ in .rawAndClose("220 mail.example ESMTP\r\n\r\n") }
        #expect(await (try TransportBench()).perform(sink.url).failure == .protocolError)
    }

    @Test("Only the first bytes of a long body are kept")
    func snippet() async throws {
        let body = String(repeating: "long ", count: 10_000)
        let sink = try await HTTPSink { _ in .status("500 Oops", body: body) }
        let answer = await (try TransportBench()).perform(sink.url).answer
        #expect(answer?.status == 500)
        #expect(answer?.snippet == Array(body.utf8.prefix(PortLimits.responseSnippetBytes)))
    }

    @Test("An endless body is cut off, and the answer counts by its status")
    func oversize() async throws {
        let sink = try await HTTPSink { _ in
            .raw("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + String(repeating: "x", count: 400_000))
        }
        let answer = await (try TransportBench()).perform(sink.url).answer
        #expect(answer?.status == 200)
        #expect(answer?.snippet.count == PortLimits.responseSnippetBytes)
    }

    @Test("An endless head is a protocol error")
    func longHead() async throws {
        let fields = (0..<2000).map { "X-\($0): \(String(repeating: "x", count: 60))\r\n" }.joined()
        let sink = try await HTTPSink { _ in .status("200 OK", fields: fields) }
        #expect(await (try TransportBench()).perform(sink.url).failure == .protocolError)
    }

    @Test("One that hangs holds up no other")
    func independence() async throws {
        let dead = try await HTTPSink { _ in .silence }
        let sink = try await HTTPSink()
        let bench = try TransportBench()
        await withTaskGroup(of: HTTPFailure?.self) { group in
            for _ in 0..<50 { group.addTask { await bench.perform(dead.url, timeout: .seconds(2)).failure } }
            for _ in 0..<20 {
                let exchange = await bench.perform(sink.url)
                #expect(exchange.failure == nil)
                #expect(exchange.answer?.status == 200)
                #expect(exchange.duration < .seconds(1))
            }
            for await failure in group { #expect(failure == .timeout) }
        }
    }

    @Test("After its end nothing is sent")
    func closed() async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench()
        await bench.transport.close()
        #expect(await bench.perform(sink.url).failure == .reset)
        #expect(sink.connections == 0)
    }
}
