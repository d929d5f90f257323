import HTTPWire
import Testing

@Suite("Request target")
struct TargetTests {
    private func fault(ofTarget target: String, method: String = "GET") -> FramingFault? {
        HTTPWireTests.fault("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
    }

    private func head(ofTarget target: String, method: String = "GET") throws -> RequestHead {
        try HTTPWireTests.head("\(method) \(target) HTTP/1.1\r\nHost: named.example:81\r\n\r\n")
    }

    @Test("The origin form has a path, and a query after the first question mark")
    func origin() throws {
        let head = try head(ofTarget: "/a/b%2Fc?x=1?y")
        #expect(text(head.path) == "/a/b%2Fc")
        #expect(head.query.map(text) == "x=1?y")
        #expect(text(head.authority) == "named.example:81")
    }

    @Test("An empty query is not the same as none")
    func emptyQuery() throws {
        #expect(try head(ofTarget: "/a?").query?.isEmpty == true)
        #expect(try head(ofTarget: "/a").query == nil)
    }

    @Test("The absolute form's authority replaces Host")
    func absolute() throws {
        let head = try head(ofTarget: "HTTP://other.example:8080/p/q?r=s")
        #expect(text(head.authority) == "other.example:8080")
        #expect(text(head.path) == "/p/q")
        #expect(head.query.map(text) == "r=s")
    }

    @Test("An absolute form may lack a path")
    func absoluteWithoutPath() throws {
        let head = try head(ofTarget: "https://other.example?r=s")
        #expect(head.path.isEmpty)
        #expect(head.query.map(text) == "r=s")
        #expect(try self.head(ofTarget: "http://[::1]:80").authority.count == 8)
    }

    @Test("An absolute form needs a host, our schemes and no user information")
    func absoluteRefused() {
        for target in [
            "http://", "http:///path", "http://:80/", "http://user@host/", "http://a:b@host/", "http://host:99999/",
            "http://host:8a/", "http://[::1/", "http://[]/", "http://%zz/", "ftp://host/", "mailto:a", "host/path",
            "http:/x",
        ] {
            #expect(fault(ofTarget: target) == .targetFormInvalid, "\(target)")
        }
    }

    @Test("The asterisk belongs to OPTIONS alone")
    func asterisk() throws {
        #expect(try head(ofTarget: "*", method: "OPTIONS").isServerWide)
        #expect(fault(ofTarget: "*") == .targetFormInvalid)
        #expect(fault(ofTarget: "*/x", method: "OPTIONS") == .targetFormInvalid)
    }

    @Test("OPTIONS of an absolute form without a path is about the server")
    func serverWideAbsolute() throws {
        #expect(try head(ofTarget: "http://a", method: "OPTIONS").isServerWide)
        #expect(try !head(ofTarget: "http://a/", method: "OPTIONS").isServerWide)
        #expect(try !head(ofTarget: "/", method: "OPTIONS").isServerWide)
    }

    @Test("The authority form belongs to CONNECT alone and has a port")
    func authority() throws {
        #expect(text(try head(ofTarget: "mail.example:25", method: "CONNECT").authority) == "mail.example:25")
        #expect(fault(ofTarget: "mail.example:25") == .targetFormInvalid)
        for target in ["mail.example", "mail.example:", ":25", "/", "*", "http://a/", "a:70000"] {
            #expect(fault(ofTarget: target, method: "CONNECT") == .targetFormInvalid, "\(target)")
        }
    }

    @Test("A fragment is refused")
    func fragment() {
        #expect(fault(ofTarget: "/a#b") == .targetFragment)
        #expect(fault(ofTarget: "/a?b#c") == .targetFragment)
    }

    @Test("Control characters and bytes outside ASCII are refused", arguments: [0, 1, 9, 0x1F, 0x7F, 0x80, 0xC3, 0xFF])
    func invalidBytes(byte: UInt8) {
        let input = bytes("GET /a") + [byte] + bytes("b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(HTTPWireTests.fault(input) == .targetByteInvalid)
    }

    @Test("A bare CR within the request line is refused")
    func bareCarriageReturn() {
        #expect(fault(ofTarget: "/a\rb") == .bareCarriageReturn)
    }

    @Test("Visible characters that clients fail to escape are let through")
    func unescaped() throws {
        #expect(text(try head(ofTarget: #"/a"<>\^`{|}[]"#).path) == #"/a"<>\^`{|}[]"#)
    }

    @Test("A target has its own limit")
    func limit() {
        var limits = HTTPLimits()
        limits.targetBytes = 8
        let accepted = "GET /2345678 HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(HTTPWireTests.fault(accepted, limits: limits) == nil)
        #expect(
            HTTPWireTests.fault(accepted.replacing("/", with: "/1", maxReplacements: 1), limits: limits)
                == .targetTooLong(limit: 8))
        #expect(FramingFault.targetTooLong(limit: 8).status == .uriTooLong)
    }
}
