import HTTPWire
import Testing

@Suite("Path segments")
struct PathSegmentsTests {
    private func segments(_ path: String) throws(TargetFault) -> [String] {
        try PathSegments.decode(bytes(path)[...])
    }

    @Test(
        "A path is cut at each slash",
        arguments: [
            ("", [""]), ("/", [""]), ("/a", ["a"]), ("/a/", ["a", ""]), ("//a", ["", "a"]),
            ("/a/b-c_d", ["a", "b-c_d"]),
            ("/a/../.", ["a", "..", "."]),
        ])
    func cut(path: String, expected: [String]) throws {
        #expect(try segments(path) == expected)
    }

    @Test("Escapes are decoded after the cut, so an escaped slash stays inside")
    func encodedSlash() throws {
        #expect(try segments("/a%2Fb/%2f%2F") == ["a/b", "//"])
        #expect(try segments("/%41%c3%a9/a%20b/a+b/%25zz") == ["Aé", "a b", "a+b", "%zz"])
    }

    @Test("An invalid escape is a fault", arguments: ["/%", "/%4", "/%4/1", "/%zz", "/%4g", "/a%%41", "/%-1", "/%+1"])
    func invalidEscape(path: String) {
        #expect(throws: TargetFault.escapeInvalid) { try segments(path) }
    }

    @Test("An escaped NUL is a fault")
    func escapedNul() {
        #expect(throws: TargetFault.nulEscaped) { try segments("/a%00") }
    }

    @Test("Escapes that are no UTF-8 are a fault", arguments: ["/%ff", "/%c3", "/%c3/%a9", "/%c0%af", "/%ed%a0%80"])
    func notUTF8(path: String) {
        #expect(throws: TargetFault.notUTF8) { try segments(path) }
    }

    @Test("The number of segments is limited")
    func limit() throws {
        #expect(try segments(String(repeating: "/a", count: 64)).count == 64)
        #expect(throws: TargetFault.partsExceeded(limit: 64)) { try segments(String(repeating: "/a", count: 65)) }
    }

    @Test("The path of a head can be cut as it is")
    func ofHead() throws {
        #expect(
            try PathSegments.decode(head("GET /v1/m%C3%BC/x?y HTTP/1.1\r\nHost: a\r\n\r\n").path) == ["v1", "mü", "x"])
    }
}
