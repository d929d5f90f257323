import Base
import HTTPWire
import Testing

@Suite("Response writer")
struct ResponseWriterTests {
    private static let date = HTTPDate.bytes(Instant(seconds: 784_111_777))
    private static let dateLine = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

    private func response(
        _ head: ResponseHead, body: String = "", to request: String = "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        closing: Bool = false
    ) throws -> String {
        let context = ResponseContext(answering: try HTTPWireTests.head(request), closing: closing)
        var output: [UInt8] = []
        ResponseWriter.append(head, body: bytes(body), context: context, date: Self.date, to: &output)
        return text(output[...])
    }

    @Test("Status line, date, fields in order, length, body")
    func whole() throws {
        let head = ResponseHead(
            .accepted, fields: [.init(.contentType, "application/json"), .init("X-B", "2"), .init("X-A", "1")])
        #expect(
            try response(head, body: "{}")
                == "HTTP/1.1 202 Accepted\r\n\(Self.dateLine)Content-Type: application/json\r\nX-B: 2\r\nX-A: 1\r\n"
                + "Content-Length: 2\r\n\r\n{}")
    }

    @Test("An empty body has its length too")
    func emptyBody() throws {
        #expect(try response(ResponseHead(.ok)) == "HTTP/1.1 200 OK\r\n\(Self.dateLine)Content-Length: 0\r\n\r\n")
    }

    @Test("HEAD is told the length and sent no body")
    func headMethod() throws {
        let answer = try response(
            ResponseHead(.ok), body: String(repeating: "a", count: 1234), to: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer == "HTTP/1.1 200 OK\r\n\(Self.dateLine)Content-Length: 1234\r\n\r\n")
    }

    @Test("A status that forbids content has neither length nor body", arguments: [101, 204, 304])
    func noContent(code: Int) throws {
        let answer = try response(ResponseHead(HTTPStatus(code: code)), body: "gone")
        #expect(answer.hasSuffix("\(Self.dateLine)\r\n"))
        #expect(!answer.contains("Content-Length"))
    }

    @Test("The end of the connection is announced, and its persistence where the client is of 1.0")
    func connection() throws {
        let close = "Connection: close\r\n"
        let keep = "Connection: keep-alive\r\n"
        #expect(try response(ResponseHead(.ok), closing: true).contains(close))
        #expect(try response(ResponseHead(.ok), to: "GET / HTTP/1.0\r\n\r\n").contains(close))
        #expect(try response(ResponseHead(.ok), to: "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").contains(keep))
        #expect(try !response(ResponseHead(.ok)).contains("Connection"))
    }

    @Test("What could not be parsed is answered with the body, and closed")
    func unparsed() {
        var output: [UInt8] = []
        ResponseWriter.append(
            ResponseHead(FramingFault.hostMissing.status), body: bytes("no"), context: .unparsed, date: Self.date,
            to: &output)
        #expect(
            text(output[...])
                == "HTTP/1.1 400 Bad Request\r\n\(Self.dateLine)Content-Length: 2\r\nConnection: close\r\n\r\nno")
    }

    @Test("A line break in a value cannot begin a line")
    func injection() throws {
        let head = ResponseHead(.found, fields: [.init(.location, "/a\r\nSet-Cookie: x\r\n\r\n<b>\u{0}\tc\u{7f}ü")])
        let answer = try response(head)
        #expect(answer.contains("Location: /a  Set-Cookie: x    <b> \tc \u{c3}\u{bc}\r\n"))
        #expect(answer.lines.count == 4, "status, Date, Location, Content-Length")
    }

    @Test("A name that is no token cannot be made", arguments: ["", "a b", "a:", "a\r\nb", "ä"])
    func invalidName(name: String) {
        #expect(FieldName(name) == nil)
    }

    @Test("Fields that the writer owns are not sent twice")
    func ownedFields() throws {
        let fields = ["Content-Length", "connection", "TRANSFER-ENCODING", "Date"].compactMap { FieldName($0) }
        let answer = try response(ResponseHead(.ok, fields: fields.map { ResponseField($0, "1") }), body: "abc")
        #expect(answer == "HTTP/1.1 200 OK\r\n\(Self.dateLine)Content-Length: 3\r\n\r\nabc")
    }

    @Test("Responses follow one another in one buffer")
    func appending() throws {
        let context = ResponseContext(answering: try head("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        var output = ResponseWriter.continueResponse
        for body in ["1", "2"] {
            ResponseWriter.append(ResponseHead(.ok), body: bytes(body), context: context, date: Self.date, to: &output)
        }
        let one = "HTTP/1.1 200 OK\r\n\(Self.dateLine)Content-Length: 1\r\n\r\n"
        #expect(text(output[...]) == "HTTP/1.1 100 Continue\r\n\r\n" + one + "1" + one + "2")
    }

    @Test("A code without a name has an empty reason, and a space before it")
    func unnamedStatus() throws {
        #expect(try response(ResponseHead(HTTPStatus(code: 299))).hasPrefix("HTTP/1.1 299 \r\n"))
        #expect(HTTPStatus(code: 404) == .notFound)
        #expect(try response(ResponseHead(HTTPStatus(code: 404))).hasPrefix("HTTP/1.1 404 Not Found\r\n"))
    }

    @Test("The date is an IMF-fixdate")
    func date() {
        #expect(text(HTTPDate.bytes(Instant(seconds: 0))[...]) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(text(HTTPDate.bytes(Instant(seconds: 1_782_894_600))[...]) == "Wed, 01 Jul 2026 08:30:00 GMT")
    }
}

extension String {
    /// CRLF is one character.
    fileprivate var lines: [Substring] { split(separator: "\r\n" as Character) }
}
