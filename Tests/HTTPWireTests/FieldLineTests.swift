import HTTPWire
import Testing

@Suite("Field lines")
struct FieldLineTests {
    private func fault(ofLine line: String) -> FramingFault? { fault(ofLine: bytes(line)) }

    private func fault(ofLine line: [UInt8]) -> FramingFault? {
        HTTPWireTests.fault(bytes("GET / HTTP/1.1\r\nHost: a\r\n") + line + bytes("\r\n\r\n"))
    }

    private func head(_ lines: String...) throws -> RequestHead {
        try HTTPWireTests.head("GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n")
    }

    @Test("A value loses the white space at its ends and keeps that within")
    func whitespace() throws {
        let head = try head("A: \t b \t c\t ", "B:", "C: \t ", "D:x")
        #expect(head.value(of: "a") == "b \t c")
        #expect(head.value(of: "b") == "")
        #expect(head.value(of: "c") == "")
        #expect(head.value(of: "d") == "x")
    }

    @Test("Names are compared without case, and only whole")
    func lookup() throws {
        let head = try head("X-Custom-One: 1")
        #expect(head.value(of: "x-cUSTOM-one") == "1")
        #expect(head.value(of: "X-Custom") == nil)
        #expect(head.value(of: "X_Custom_One") == nil)
        #expect(head.firstBytes(of: "X-CUSTOM-ONE").map(text) == "1")
    }

    @Test("Several lines of a field are given each, or joined")
    func repeated() throws {
        let head = try head("A: 1", "B: 2", "a: 3")
        #expect(head.values(of: "A") == ["1", "3"])
        #expect(head.value(of: "A") == "1, 3")
        #expect(head.firstBytes(of: "A").map(text) == "1")
        #expect(head.values(of: "C").isEmpty)
    }

    @Test("Lines are kept in the order sent")
    func order() throws {
        let head = try head("B: 1", "A: 2")
        #expect((0..<head.fieldCount).map { text(head.field(at: $0).name) } == ["Host", "B", "A"])
    }

    @Test("White space before the colon is refused", arguments: ["A : b", "A\t: b", "A \t : b"])
    func whitespaceBeforeColon(line: String) {
        #expect(fault(ofLine: line) == .fieldNameWhitespace)
    }

    @Test(
        "A name that is no token is refused",
        arguments: ["A(: b", ": b", "A\u{7f}: b", "A b: c", "Ä: b", "A@: b", "{}: b"])
    func invalidName(line: String) {
        #expect(fault(ofLine: line) == .fieldNameInvalid)
    }

    @Test("A line without a colon is refused")
    func noColon() {
        #expect(fault(ofLine: "Abc") == .colonMissing)
    }

    @Test("A folded line is refused, also right after the request line", arguments: [" b", "\tb", " ", " Host: b"])
    func folded(line: String) {
        #expect(fault(ofLine: "A: a\r\n" + line) == .lineFolded)
        #expect(HTTPWireTests.fault("GET / HTTP/1.1\r\n\(line)\r\nHost: a\r\n\r\n") == .lineFolded)
    }

    @Test("Every control character but HTAB is refused in a value")
    func controls() {
        for byte in (UInt8(0)..<0x20).filter({ $0 != 9 && $0 != 10 && $0 != 13 }) + [0x7F] {
            #expect(fault(ofLine: bytes("A: some longer text ") + [byte] + bytes("b")) == .fieldValueInvalid, "\(byte)")
        }
        #expect(fault(ofLine: "A: b\tc") == nil)
    }

    @Test("A control character is found at every offset of a value")
    func controlOffsets() {
        for offset in 0..<20 {
            var value = [UInt8](repeating: 0x61, count: 20)
            value[offset] = 0
            #expect(fault(ofLine: bytes("A: ") + value) == .fieldValueInvalid, "\(offset)")
        }
    }

    @Test("Bytes above ASCII are kept in a value")
    func obsText() throws {
        #expect(fault(ofLine: bytes("A: ") + [0x80, 0xFF]) == nil)
        #expect(try head("City: Düsseldorf").value(of: "City") == "Düsseldorf")
    }

    @Test("A bare CR never ends a line", arguments: ["A: b\rC: d", "A\r: b", "A: \r", "\rA: b", "A\rB"])
    func bareCarriageReturn(line: String) {
        let found = fault(ofLine: line)
        #expect(found == .bareCarriageReturn, "\(String(describing: found))")
    }

    @Test("A bare LF never ends a line")
    func bareLineFeed() {
        #expect(fault(ofLine: "A: b\nC: d") == .bareLineFeed)
        #expect(HTTPWireTests.fault("GET / HTTP/1.1\nHost: a\r\n\r\n") == .bareLineFeed)
        #expect(HTTPWireTests.fault("GET / HTTP/1.1\r\nHost: a\r\n\n") == .bareLineFeed)
        #expect(HTTPWireTests.fault("GET / HTTP/1.1\r\nHost: a\n\r\n") == .bareLineFeed)
    }

    @Test("The head has a limit, to the byte")
    func headLimit() {
        let input = "GET / HTTP/1.1\r\nHost: a\r\nA: 12345\r\n\r\n"
        var limits = HTTPLimits()
        limits.headBytes = input.utf8.count
        #expect(HTTPWireTests.fault(input, limits: limits) == nil)
        limits.headBytes -= 1
        #expect(HTTPWireTests.fault(input, limits: limits) == .headTooLarge(limit: limits.headBytes))
        #expect(FramingFault.headTooLarge(limit: 1).status == .requestHeaderFieldsTooLarge)
    }

    @Test("A line that never ends is refused at the limit, in the request line as a long target")
    func endlessLines() {
        let endless = String(repeating: "a", count: 40_000)
        #expect(HTTPWireTests.fault("GET / HTTP/1.1\r\nA: " + endless) == .headTooLarge(limit: 32 * 1024))
        #expect(HTTPWireTests.fault("GET /" + endless) == .targetTooLong(limit: 8 * 1024))
    }

    @Test("Field lines are counted")
    func lineLimit() {
        func input(_ count: Int) -> String {
            "GET / HTTP/1.0\r\n" + String(repeating: "A: b\r\n", count: count) + "\r\n"
        }
        #expect(HTTPWireTests.fault(input(100)) == nil)
        #expect(HTTPWireTests.fault(input(101)) == .fieldLinesExceeded(limit: 100))
    }
}
