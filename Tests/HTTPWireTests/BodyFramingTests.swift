import HTTPWire
import Testing

@Suite("Body framing")
struct BodyFramingTests {
    private func input(_ lines: String..., version: String = "1.1", body: String = "") -> String {
        "POST / HTTP/\(version)\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
    }

    @Test("Without Content-Length and Transfer-Encoding there is no body")
    func none() throws {
        #expect(try head(input()).framing == .none)
        #expect(requests(input()).map(\.body) == [""])
    }

    @Test("Content-Length counts the body")
    func length() throws {
        #expect(try head(input("Content-Length: 5")).framing == .length(5))
        #expect(requests(input("content-LENGTH:  005 ", body: "hello")).map(\.body) == ["hello"])
        #expect(requests(input("Content-Length: 0")).map(\.body) == [""])
    }

    @Test("A body within a GET is taken too")
    func bodyOfGet() {
        #expect(requests("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab").map(\.body) == ["ab"])
    }

    @Test(
        "A Content-Length that is no plain number is refused",
        arguments: ["", "+5", "-5", "5a", "0x5", "5.0", "5 5", "\"5\"", "٥", "five", "5;a"])
    func invalidLength(value: String) {
        #expect(fault(input("Content-Length: \(value)", body: "hello")) == .contentLengthInvalid)
    }

    @Test("A Content-Length is sent once, whatever the repetition says")
    func repeatedLength() {
        #expect(fault(input("Content-Length: 5", "Content-Length: 5", body: "hello")) == .contentLengthRepeated)
        #expect(fault(input("Content-Length: 5", "Content-Length: 6", body: "hello")) == .contentLengthRepeated)
        #expect(fault(input("Content-Length: 5, 5", body: "hello")) == .contentLengthRepeated)
    }

    @Test("A Content-Length that fits no integer is refused, and the greatest that does is merely too large")
    func overflowingLength() {
        #expect(fault(input("Content-Length: 9223372036854775808")) == .contentLengthOverflow)
        #expect(fault(input("Content-Length: 99999999999999999999999999")) == .contentLengthOverflow)
        #expect(fault(input("Content-Length: 9223372036854775807"), bodyLimit: 9) == .bodyTooLarge(limit: 9))
    }

    @Test("Content-Length beside Transfer-Encoding is refused in either order")
    func both() {
        let body = "0\r\n\r\n"
        let expected = FramingFault.contentLengthWithTransferEncoding
        #expect(fault(input("Content-Length: 5", "Transfer-Encoding: chunked", body: body)) == expected)
        #expect(fault(input("Transfer-Encoding: chunked", "Content-Length: 5", body: body)) == expected)
        #expect(fault(input("Transfer-Encoding:", "Content-Length: 5", body: body)) == expected)
    }

    @Test("chunked is known in any case", arguments: ["chunked", "Chunked", " CHUNKED ", ", chunked ,"])
    func chunked(value: String) throws {
        #expect(try head(input("Transfer-Encoding: \(value)")).framing == .chunked)
    }

    @Test(
        "Codings that do not end in one chunked are refused",
        arguments: [
            "", " , ", "identity", "gzip", "chunked, gzip", "chunked, chunked", "gzip, chunked, chunked", "chunked;q=1",
            "chunkedchunked", "xchunked", "\"chunked\"", "chunked identity", "x",
        ])
    func invalidCodings(value: String) {
        #expect(fault(input("Transfer-Encoding: \(value)")) == .transferEncodingInvalid)
    }

    @Test("Codings over several lines are one list")
    func codingLines() {
        #expect(
            fault(input("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")) == .transferEncodingInvalid)
        #expect(fault(input("Transfer-Encoding: chunked", "Transfer-Encoding: x")) == .transferEncodingInvalid)
        #expect(fault(input("Transfer-Encoding: gzip", "Transfer-Encoding: chunked")) == .transferCodingUnsupported)
    }

    @Test("A coding below chunked is unsupported")
    func unsupportedCoding() {
        #expect(fault(input("Transfer-Encoding: gzip, chunked")) == .transferCodingUnsupported)
        #expect(FramingFault.transferCodingUnsupported.kind == .codingUnsupported)
        #expect(FramingFault.transferCodingUnsupported.status == .notImplemented)
    }

    @Test("Transfer-Encoding in HTTP/1.0 is refused")
    func http10() {
        #expect(fault(input("Transfer-Encoding: chunked", version: "1.0")) == .transferEncodingBeforeHTTP11)
        #expect(fault(input("Transfer-Encoding:", version: "1.0")) == .transferEncodingBeforeHTTP11)
    }

    @Test("A content coding is reported, and the message is still framed")
    func contentCoding() throws {
        #expect(try head(input("Content-Encoding: gzip")).hasContentCoding)
        #expect(try head(input("Content-Encoding: identity, br")).hasContentCoding)
        #expect(try !head(input("Content-Encoding: Identity")).hasContentCoding)
        #expect(try !head(input()).hasContentCoding)
    }

    @Test("A body over the caller's limit is refused before it is read")
    func bodyLimit() {
        #expect(fault(input("Content-Length: 5"), bodyLimit: 4) == .bodyTooLarge(limit: 4))
        #expect(fault(input("Content-Length: 5", body: "hello"), bodyLimit: 5) == nil)
        #expect(FramingFault.bodyTooLarge(limit: 4).status == .contentTooLarge)
    }

    @Test("The body limit of one request does not stay for the next")
    func bodyLimitIsPerRequest() {
        var limits = HTTPLimits()
        limits.bodyBytes = 3
        var parser = RequestParser(limits: limits)
        parser.receive(
            bytes(input("Content-Length: 5", body: "hello") + input("Content-Length: 5", body: "hello")).span)
        _ = parser.next()
        parser.bodyLimit = 5
        guard case .request = parser.next() else {
            Issue.record("the limit set after the head was not used")
            return
        }
        _ = parser.next()
        guard case .fault(.bodyTooLarge(limit: 3)) = parser.next() else {
            Issue.record("the limit of the first request was used for the second")
            return
        }
    }

    @Test("The connection persists as version and Connection say")
    func keepAlive() throws {
        #expect(try head(input()).keepAlive)
        #expect(try !head(input("Connection: close")).keepAlive)
        #expect(try !head(input("Connection: keep-alive, Close")).keepAlive)
        #expect(try !head(input("Connection: x", "Connection: close")).keepAlive)
        #expect(try head(input("Connection: closed, x-close")).keepAlive)
        #expect(try !head(input(version: "1.0")).keepAlive)
        #expect(try head(input("Connection: Keep-Alive", version: "1.0")).keepAlive)
        #expect(try !head(input("Connection: keep-alive, close", version: "1.0")).keepAlive)
    }

    @Test("The expectation of 100 counts in HTTP/1.1 with a body")
    func expectation() throws {
        #expect(try head(input("Expect: 100-Continue", "Content-Length: 1")).expectsContinue)
        #expect(try head(input("Expect: 100-continue", "Transfer-Encoding: chunked")).expectsContinue)
        #expect(try !head(input("Expect: 100-continue")).expectsContinue)
        #expect(try !head(input("Expect: 100-continue", "Content-Length: 0")).expectsContinue)
        #expect(try !head(input("Expect: 100-continue", "Content-Length: 1", version: "1.0")).expectsContinue)
        #expect(try !head(input("Expect: miracles", "Content-Length: 1")).expectsContinue)
    }
}
