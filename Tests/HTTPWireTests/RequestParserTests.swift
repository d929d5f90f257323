import HTTPWire
import Testing

@Suite("Request parser")
struct RequestParserTests {
    private static let get = bytes("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
    private static let post = bytes("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
    private static let chunked = bytes(
        "PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n")

    @Test("Pipelined requests come one after the other")
    func pipelining() {
        let outcomes = verified(Self.get + Self.post + Self.chunked + Self.get)
        let requests = outcomes.compactMap { outcome -> String? in
            guard case .request(let request) = outcome else { return nil }
            return request.target + request.body
        }
        #expect(requests == ["/1", "/2hello", "/3abc", "/1"])
        #expect(outcomes.last == .ended(nil))
    }

    @Test("A head comes before its body is here")
    func headFirst() {
        var parser = RequestParser()
        let head = Array(Self.post.dropLast(5))
        parser.receive(head.span)
        guard case .head(let head) = parser.next(), case .needMore = parser.next() else {
            Issue.record("the head did not come, or a body came that was not sent")
            return
        }
        #expect(head.framing == .length(5))
        #expect(parser.isWithinBody)
    }

    @Test("A body that is dropped gives no event, however it is cut, and the next request is read behind it")
    func droppedBody() {
        for size in [1, 2, 3, 100] {
            var parser = RequestParser()
            let head = Array(Self.post.dropLast(5))
            parser.receive(head.span)
            guard case .head = parser.next() else {
                Issue.record("the head did not come")
                return
            }
            let isDropped = parser.dropBody(atMost: 5)
            #expect(isDropped)
            var events: [String] = []
            var rest = bytes("hello")[...] + Self.get
            while !rest.isEmpty {
                parser.receive(Array(rest.prefix(size)).span)
                rest = rest.dropFirst(size)
                while true {
                    let event = parser.next()
                    if case .needMore = event { break }
                    events.append(Self.name(event))
                }
            }
            #expect(events == ["head", "request"], "\(size)")
        }
    }

    @Test("A body that is too long to be dropped, or has no length, is not")
    func notDropped() {
        for request in [Self.post.dropLast(5), Self.chunked.dropLast(23)] {
            var parser = RequestParser()
            parser.receive(Array(request).span)
            guard case .head = parser.next() else {
                Issue.record("the head did not come")
                return
            }
            let isDropped = parser.dropBody(atMost: 4)
            #expect(!isDropped)
        }
    }

    @Test("Requests before a fault are given, and the fault is final")
    func faultIsFinal() {
        var parser = RequestParser()
        parser.receive((Self.get + bytes("\u{1}") + Self.get).span)
        var events: [String] = []
        for _ in 0..<4 { events.append(Self.name(parser.next())) }
        #expect(events == ["head", "request", "fault", "fault"])
        parser.receive(Self.get.span)
        #expect(Self.name(parser.next()) == "fault")
        #expect(parser.unusedCount == 0)
        #expect(parser.finish() == .methodInvalid)
    }

    private static func name(_ event: RequestParser.Event) -> String {
        switch event {
        case .needMore: "needMore"
        case .head: "head"
        case .request: "request"
        case .fault: "fault"
        }
    }

    @Test("The end of the stream is well between requests and a fault within one")
    func endOfStream() {
        #expect(verified([]).last == .ended(nil))
        #expect(verified(Self.post).last == .ended(nil))
        #expect(verified(Array(Self.post.dropLast())).last == .ended(.messageTruncated))
        #expect(verified(Array(Self.get.dropLast())).last == .ended(.messageTruncated))
        #expect(verified(Self.get + bytes("G")).last == .ended(.messageTruncated))
    }

    @Test("A client waits for 100 only while nothing of the body is here")
    func awaitsContinue() {
        let head = bytes("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        for (rest, waits) in [("", true), ("a", false), ("ab", false)] {
            var parser = RequestParser()
            parser.receive((head + bytes(rest)).span)
            _ = parser.next()
            #expect(parser.awaitsContinue == waits)
        }
    }

    @Test("What the parser is in the middle of can be asked")
    func phases() {
        var parser = RequestParser()
        #expect(!parser.isWithinHead && !parser.isWithinBody)
        parser.receive(bytes("GE").span)
        _ = parser.next()
        #expect(parser.isWithinHead && !parser.isWithinBody)
    }

    @Test("A large body comes whole, in pieces of any size")
    func largeBody() {
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let input = bytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n") + body
        for longest in [70_000, 4096, 100] {
            let outcomes = outcomes(of: randomPieces(input, seed: 7, longest: longest))
            guard case .request(let request)? = outcomes.dropFirst().first else {
                Issue.record("no request")
                continue
            }
            #expect(request.body == text(body[...]))
        }
    }

    @Test("A head of one megabyte would be refused long before its end")
    func memoryBound() {
        var parser = RequestParser()
        var received = 0
        let piece = bytes("X-A: " + String(repeating: "b", count: 1000) + "\r\n")
        parser.receive(bytes("GET / HTTP/1.1\r\n").span)
        while case .needMore = parser.next() {
            parser.receive(piece.span)
            received += piece.count
        }
        #expect(received < 34 * 1024)
        #expect(parser.unusedCount == 0)
    }

    @Test("A head that trickles in is read in linear time", .timeLimit(.minutes(1)))
    func trickle() {
        // Were each piece to begin the search anew, it would go through thirty thousand million bytes, for minutes.
        var limits = HTTPLimits()
        limits.headBytes = 4 * 1024 * 1024
        var parser = RequestParser(limits: limits)
        parser.receive(bytes("GET / HTTP/1.1\r\nHost: a\r\nX: ").span)
        let piece = [UInt8](repeating: 0x62, count: 64)
        for _ in 0..<32_000 {
            parser.receive(piece.span)
            _ = parser.next()
        }
        parser.receive(bytes("\r\n\r\n").span)
        #expect(Self.name(parser.next()) == "head")
    }

    @Test("A request stays what it was when the parser goes on")
    func requestIsIndependent() throws {
        var parser = RequestParser()
        parser.receive((Self.post + Self.chunked).span)
        guard case .head(let head) = parser.next() else {
            Issue.record("no head")
            return
        }
        while case .head = parser.next() {}
        parser.releaseMemory()
        #expect(text(head.target) == "/2")
        #expect(head.value(of: .contentLength) == "5")
    }
}
