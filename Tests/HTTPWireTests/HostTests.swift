import HTTPWire
import Testing

@Suite("Host")
struct HostTests {
    private func fault(ofHost value: String) -> FramingFault? {
        HTTPWireTests.fault("GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n")
    }

    @Test("HTTP/1.1 needs exactly one Host")
    func count() {
        #expect(HTTPWireTests.fault("GET / HTTP/1.1\r\nA: b\r\n\r\n") == .hostMissing)
        #expect(HTTPWireTests.fault("GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n") == .hostDuplicated)
    }

    @Test("An absolute target does not replace the need for Host")
    func absolute() {
        #expect(HTTPWireTests.fault("GET http://a/ HTTP/1.1\r\n\r\n") == .hostMissing)
    }

    @Test("HTTP/1.0 needs none, and may not send two either")
    func http10() throws {
        #expect(try head("GET / HTTP/1.0\r\n\r\n").authority.isEmpty)
        #expect(HTTPWireTests.fault("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == .hostDuplicated)
    }

    @Test(
        "Names, addresses and ports are accepted",
        arguments: [
            "", "example.com", "EXAMPLE.com.", "a:", "a:0", "localhost:8025", "127.0.0.1", "127.0.0.1:65535", "[::1]",
            "[2001:db8::1]:8080", "[v1.fe80]", "under_score", "b%c3%bccher.example", "0.0.0.0=5000",
        ])
    func accepted(value: String) {
        #expect(fault(ofHost: value) == nil)
    }

    @Test(
        "Everything else is refused",
        arguments: [
            "a b", "a, b", "a/b", "user@a", "a:b", "a:65536", "a:-1", "a:80:80", "[::1", "::1", "[]", "[::1]x",
            "[::1]:x",
            "[a/b]", "%", "%4", "%zz", "a?b", "a#b", "http://a", "bücher.example", "a\\b", "\"a\"", "<a>",
        ])
    func refused(value: String) {
        #expect(fault(ofHost: value) == .hostInvalid)
    }
}
