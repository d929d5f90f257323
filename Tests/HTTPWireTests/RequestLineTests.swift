import HTTPWire
import Testing

@Suite("Request line")
struct RequestLineTests {
    private func fault(ofLine line: String) -> FramingFault? {
        HTTPWireTests.fault("\(line)\r\nHost: a\r\n\r\n")
    }

    @Test("A plain request line gives method, target and version")
    func plain() throws {
        let request = try #require(requests("DELETE /v1/keys/7?force=1 HTTP/1.1\r\nHost: a\r\n\r\n").first)
        #expect(request.method == "DELETE")
        #expect(request.target == "/v1/keys/7?force=1")
        #expect(request.version == .http11)
    }

    @Test(
        "Every method that has a name is known by it",
        arguments: [
            ("GET", HTTPMethod.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("PATCH", .patch),
            ("DELETE", .delete), ("OPTIONS", .options), ("TRACE", .trace), ("MKCOL", .other), ("get", .other),
            ("M-SEARCH", .other),
        ])
    func methods(token: String, method: HTTPMethod) throws {
        let head = try head("\(token) / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.method == method)
        #expect(text(head.methodBytes) == token)
    }

    @Test("A method that is no token is refused", arguments: ["G@T / HTTP/1.1", "(GET) / HTTP/1.1", "GET\t/ HTTP/1.1"])
    func invalidMethod(line: String) {
        #expect(fault(ofLine: line) == .methodInvalid)
    }

    @Test("A stream that cannot begin a request is refused at its first byte")
    func firstByte() {
        var parser = RequestParser()
        parser.receive([UInt8(0x16)].span)
        guard case .fault(.methodInvalid) = parser.next() else {
            Issue.record("the first byte of a TLS handshake was waited on")
            return
        }
    }

    @Test("A line without a target is refused", arguments: ["GET", "GET ", "GET  HTTP/1.1"])
    func missingTarget(line: String) {
        #expect(fault(ofLine: line) == .targetMissing)
    }

    @Test("HTTP/0.9 and misspelt versions are refused")
    func invalidVersions() {
        for line in [
            "GET /", "GET / ", "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTPS/1.1",
            "GET / HTTP/1.1 ", "GET /  HTTP/1.1", "GET /a b HTTP/1.1", "GET / HTTP/1,1", "GET / ICE/1.0",
            "GET / HTTP/a.1",
        ] {
            #expect(fault(ofLine: line) == .versionInvalid, "\(line)")
        }
    }

    @Test("Another major version is refused as such", arguments: ["HTTP/0.9", "HTTP/2.0", "HTTP/3.1", "HTTP/9.9"])
    func unsupportedVersions(version: String) {
        #expect(fault(ofLine: "GET / \(version)") == .versionUnsupported)
        #expect(FramingFault.versionUnsupported.status == .httpVersionNotSupported)
    }

    @Test("The preface of HTTP/2 is refused as an unsupported version or form, never read as requests")
    func http2Preface() {
        #expect(HTTPWireTests.fault("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == .targetFormInvalid)
    }

    @Test("A higher minor version counts as 1.1")
    func higherMinor() throws {
        #expect(try head("GET / HTTP/1.2\r\nHost: a\r\n\r\n").version == .http11)
        #expect(HTTPWireTests.fault("GET / HTTP/1.9\r\n\r\n") == .hostMissing)
    }

    @Test("A few empty lines before a request line are passed over, before the first and between requests")
    func emptyLines() {
        let one = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(requests("\r\n\r\n" + one + "\r\n" + one).count == 2)
    }

    @Test("Too many empty lines are refused")
    func tooManyEmptyLines() {
        #expect(HTTPWireTests.fault("\r\n\r\n\r\n\r\n\r\n") == .leadingEmptyLinesExceeded(limit: 4))
        #expect(HTTPWireTests.fault("\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == nil)
    }

    @Test("Empty lines must be CRLF too")
    func bareEmptyLines() {
        #expect(HTTPWireTests.fault("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == .bareLineFeed)
        #expect(HTTPWireTests.fault("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n") == .bareCarriageReturn)
    }
}
