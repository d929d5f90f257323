import HTTPWire
import Testing

@Suite("Chunked coding")
struct ChunkedTests {
    private static let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    private func fault(
        ofBody body: String, limits: HTTPLimits = .standard, bodyLimit: Int? = nil
    ) -> FramingFault? {
        HTTPWireTests.fault(Self.head + body, limits: limits, bodyLimit: bodyLimit)
    }

    private func body(_ chunks: String) -> String? { requests(Self.head + chunks).first?.body }

    @Test("Chunks are put together")
    func chunks() {
        #expect(body("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n") == "hello world")
        #expect(body("0\r\n\r\n") == "")
        #expect(body("000\r\n\r\n") == "")
        #expect(body("A\r\n0123456789\r\n00a\r\n0123456789\r\n0\r\n\r\n") == "01234567890123456789")
    }

    @Test("Line ends within the data are data")
    func dataWithLineEnds() {
        #expect(body("6\r\n\r\n\r\n0\n\r\n0\r\n\r\n") == "\r\n\r\n0\n")
    }

    @Test("A request after the body is the next one")
    func pipelined() {
        let inputs =
            Self.head + "1\r\na\r\n0\r\n\r\n" + Self.head + "1\r\nb\r\n0\r\nX: y\r\n\r\n" + Self.head + "0\r\n\r\n"
        #expect(requests(inputs).map(\.body) == ["a", "b", ""])
    }

    @Test("A size that is no plain hexadecimal number is refused", arguments: ["", "-1", "+1", "g", " 1", ";a", "\t1"])
    func invalidSize(size: String) {
        #expect(fault(ofBody: size + "\r\na\r\n0\r\n\r\n") == .chunkSizeInvalid)
    }

    @Test(
        "Whatever follows the digits must be an extension",
        arguments: ["0x1", "1 ", "1\t", "1,", "1 a", "1_", "1h", "1\r"])
    func trailingSizeBytes(size: String) {
        #expect(fault(ofBody: size + "\r\na\r\n0\r\n\r\n") == .chunkExtensionInvalid)
    }

    @Test("A size with too many digits or beyond the integers is refused")
    func overflowingSize() {
        #expect(fault(ofBody: "00000000000000001\r\na\r\n") == .chunkSizeOverflow)
        #expect(fault(ofBody: "8000000000000000\r\n") == .chunkSizeOverflow)
        #expect(fault(ofBody: "FFFFFFFFFFFFFFFF\r\n") == .chunkSizeOverflow)
        #expect(fault(ofBody: "7FFFFFFFFFFFFFFF\r\n", bodyLimit: 9) == .bodyTooLarge(limit: 9))
    }

    @Test(
        "Well-formed extensions are passed over",
        arguments: [
            "1;a", "1;a=b", "1 ; a = b", "1;a;b=c;d", "1;a=\"b;c\"", "1;a=\"\\\"\"", "1;a=\"\"", "1;a=\"b\\\\\";c",
            "1\t;a",
        ])
    func extensions(size: String) {
        #expect(body(size + "\r\na\r\n0;z\r\n\r\n") == "a")
    }

    @Test(
        "Ill-formed extensions are refused",
        arguments: [
            "1;", "1;;a", "1;a=", "1;=b", "1;a=\"b", "1;a=\"b\\", "1;a=\"b\"c", "1;a b", "1;a\u{1}", "1;a=\"\u{0}\"",
            "1;a ",
            "1;a=\"b\u{7f}\"", "1;a=b=c", "1;ä", "1;a\rb",
        ])
    func invalidExtensions(size: String) {
        #expect(fault(ofBody: size + "\r\na\r\n0\r\n\r\n") == .chunkExtensionInvalid)
    }

    @Test("Extensions are limited over all chunks together")
    func extensionLimit() {
        var limits = HTTPLimits()
        limits.chunkExtensionBytes = 6
        let chunk = "1;abc\r\nx\r\n"  // four bytes of extension
        #expect(fault(ofBody: chunk + "1;a\r\nx\r\n0\r\n\r\n", limits: limits) == nil)
        #expect(fault(ofBody: chunk + chunk + "0\r\n\r\n", limits: limits) == .chunkExtensionsTooLong(limit: 6))
        let endless = "1;" + String(repeating: "a", count: 40)
        #expect(fault(ofBody: endless, limits: limits) == .chunkExtensionsTooLong(limit: 6))
    }

    @Test("A size line ends in CRLF")
    func sizeLineEnd() {
        #expect(fault(ofBody: "1\na\r\n0\r\n\r\n") == .bareLineFeed)
        #expect(fault(ofBody: "\n1\r\na\r\n0\r\n\r\n") == .bareLineFeed)
    }

    @Test(
        "Chunk data is followed by CRLF",
        arguments: ["1\r\nab\r\n", "1\r\na\n0\r\n\r\n", "1\r\na\r0\r\n\r\n", "1\r\na0\r\n\r\n"])
    func unterminatedData(body: String) {
        #expect(fault(ofBody: body + "0\r\n\r\n") == .chunkDataUnterminated)
    }

    @Test("The limit of the body counts all chunks")
    func bodyLimit() {
        let body = "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"
        #expect(fault(ofBody: body, bodyLimit: 6) == nil)
        #expect(fault(ofBody: body, bodyLimit: 5) == .bodyTooLarge(limit: 5))
    }

    @Test("Trailer fields are validated and dropped")
    func trailers() throws {
        let request = try #require(requests(Self.head + "0\r\nVary: *\r\nContent-Length: 7\r\n\r\n").first)
        #expect(request.fields == ["Host: a", "Transfer-Encoding: chunked"])
        #expect(fault(ofBody: "0\r\nVary\r\n\r\n") == .colonMissing)
        #expect(fault(ofBody: "0\r\nVary : x\r\n\r\n") == .fieldNameWhitespace)
        #expect(fault(ofBody: "0\r\n x\r\n\r\n") == .lineFolded)
        #expect(fault(ofBody: "0\r\nA: \u{1}\r\n\r\n") == .fieldValueInvalid)
        #expect(fault(ofBody: "0\r\nA: b\n\r\n") == .bareLineFeed)
        #expect(fault(ofBody: "0\r\n\n") == .bareLineFeed)
    }

    @Test("The trailer section is limited to the byte, and in its lines")
    func trailerLimits() {
        var limits = HTTPLimits()
        limits.trailerBytes = 8
        limits.fieldLines = 3  // the head's own two among them
        #expect(fault(ofBody: "0\r\nA: b\r\n\r\n", limits: limits) == nil)
        #expect(fault(ofBody: "0\r\nA: bc\r\n\r\n", limits: limits) == .trailerTooLarge(limit: 8))
        #expect(fault(ofBody: "0\r\nA: bcdefghijkl", limits: limits) == .trailerTooLarge(limit: 8))
        limits.trailerBytes = 1000
        let lines = String(repeating: "A: b\r\n", count: 4)
        #expect(fault(ofBody: "0\r\n" + lines + "\r\n", limits: limits) == .fieldLinesExceeded(limit: 3))
    }

    @Test(
        "A body that breaks off is truncated",
        arguments: ["", "1", "1\r\n", "1\r\na", "1\r\na\r\n", "0\r\n", "0\r\nA: b\r\n"])
    func truncated(body: String) {
        #expect(fault(ofBody: body) == .messageTruncated)
    }
}
