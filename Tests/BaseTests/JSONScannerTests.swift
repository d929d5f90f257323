import Base
import Testing

@Suite("JSON scanner")
struct JSONScannerTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let kind: JSONError.Kind
        let offset: Int
        var testDescription: String { "\(text) \(kind)" }

        init(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
            self.text = text
            self.kind = kind
            self.offset = offset
        }
    }

    static let refusals = [
        Refusal("", .unexpectedEnd, 0),
        Refusal("  ", .unexpectedEnd, 2),
        Refusal("{} x", .trailingBytes, 3),
        Refusal("[1,]", .unexpectedByte, 3),
        Refusal("[1 2]", .unexpectedByte, 3),
        Refusal("[1", .unexpectedEnd, 2),
        Refusal("{\"a\"", .unexpectedEnd, 4),
        Refusal("{\"a\":1,}", .unexpectedByte, 7),
        Refusal("{a:1}", .unexpectedByte, 1),
        Refusal("nul", .unexpectedEnd, 3),
        Refusal("nulL", .unexpectedByte, 3),
        Refusal("01", .trailingBytes, 1),
        Refusal("-", .unexpectedEnd, 1),
        Refusal("-x", .invalidNumber, 1),
        Refusal("1.x", .invalidNumber, 2),
        Refusal("[1e+]", .invalidNumber, 4),
        Refusal("\"a", .unexpectedEnd, 2),
        Refusal("\"a\nb\"", .controlCharacter, 2),
        Refusal("\"123456789\u{0}\"", .controlCharacter, 10),
        Refusal("\"\\x\"", .invalidEscape, 1),
        Refusal("\"\\u12g4\"", .invalidEscape, 5),
        Refusal("\"\\u12", .unexpectedEnd, 5),
        Refusal("\"\\ud800\"", .loneSurrogate, 1),
        Refusal("\"\\ud800\\n\"", .loneSurrogate, 1),
        Refusal("\"\\ud800\\ud800\"", .loneSurrogate, 1),
        Refusal("\"\\udc00\"", .loneSurrogate, 1),
        Refusal("\u{FEFF}{}", .byteOrderMark, 0),
        Refusal("{\"a\":1,\"a\":2}", .duplicateMember, 7),
        Refusal("{\"a\":1,\"\\u0061\":2}", .duplicateMember, 7),
        Refusal("{\"b\":{\"\\n\":1,\"\\u000a\":2}}", .duplicateMember, 13),
    ]

    @Test("A refusal names its kind and its place", arguments: refusals)
    func refusal(_ refusal: Refusal) {
        let error = JSONDocument.failure(refusal.text)
        #expect(error?.kind == refusal.kind)
        #expect(error?.offset == refusal.offset)
    }

    static let malformedUTF8: [[UInt8]] = [
        [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE1, 0x80],
        [0xED, 0xA0, 0x80], [0xEF, 0x80, 0x41], [0xF0, 0x8F, 0xBF, 0xBF], [0xF1, 0x80, 0x80, 0x41],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
    ]

    @Test("Malformed UTF-8 is refused where it begins", arguments: malformedUTF8)
    func malformed(_ sequence: [UInt8]) {
        let error = JSONDocument.failure(Array("\"aé".utf8) + sequence + Array("\"".utf8))
        #expect(error?.kind == .invalidUTF8)
        #expect(error?.offset == 4)
    }

    @Test("Every scalar of Unicode passes, as itself and escaped")
    func everyScalar() throws {
        for value in stride(from: UInt32(0x20), through: 0x10FFFF, by: 0x35) {
            guard let scalar = Unicode.Scalar(value), value != 0x22, value != 0x5C else { continue }
            let text = String(Character(scalar))
            #expect(try JSONDocument("\"\(text)\"").root.string == text)
            let escaped = text.utf16.map { "\\u" + Hex.encode([UInt8($0 >> 8), UInt8($0 & 0xFF)]) }.joined()
            #expect(try JSONDocument("\"\(escaped)\"").root.string == text)
        }
    }

    @Test("A special byte is found at every distance from a string's start")
    func distances() throws {
        for length in 0..<40 {
            let run = String(repeating: "x", count: length)
            #expect(JSONDocument.failure("\"\(run)\u{1F}\(run)\"")?.offset == length + 1)
            #expect(try JSONDocument("\"\(run)\\\"\(run)\"").root.string == "\(run)\"\(run)")
            #expect(try JSONDocument("\"\(run)\u{7F}é\(run)\"").root.string == "\(run)\u{7F}é\(run)")
        }
    }

    @Test("Nesting is bounded at the limit, not before")
    func depth() throws {
        let limit = JSONLimits.depthMaxDefault
        let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
        #expect(JSONDocument.failure(deepest) == nil)
        let error = JSONDocument.failure("[\(deepest)]")
        #expect(error?.kind == .tooDeep)
        #expect(error?.offset == limit)
        #expect(throws: JSONError.self) { try JSONDocument("{\"a\":[]}", depthMax: 1) }
    }

    @Test("A text above the caller's size is refused before it is read")
    func size() {
        let error = #expect(throws: JSONError.self) {
            try JSONDocument(Array("[1,2]".utf8), limits: JSONLimits(bytesMax: 4))
        }
        #expect(error?.kind == .tooLarge)
    }

    @Test("The number of values is bounded")
    func values() {
        let limits = JSONLimits(bytesMax: 100, valuesMax: 4)
        #expect(throws: Never.self) { try JSONDocument(Array("[1,2,3]".utf8), limits: limits) }
        let error = #expect(throws: JSONError.self) { try JSONDocument(Array("[1,2,3,4]".utf8), limits: limits) }
        #expect(error?.kind == .tooManyValues)
    }

    @Test("A duplicate is found among many members, by its later place", arguments: [2, 16, 17, 18, 1000])
    func manyMembers(_ count: Int) {
        let members = (0..<count).map { "\"name\($0)\":\($0)" }.joined(separator: ",")
        #expect(JSONDocument.failure("{\(members)}") == nil)
        let error = JSONDocument.failure("{\(members),\"n\\u0061me1\":0}")
        #expect(error?.kind == .duplicateMember)
        #expect(error?.offset == members.utf8.count + 2)
    }

    @Test("Names that only Unicode normalisation makes equal are two names")
    func normalisation() throws {
        let root = try JSONDocument("{\"\u{E9}\":1,\"e\u{301}\":2}").root
        #expect(root["\u{E9}"]?.int == 1)
        #expect(root[named: "e\u{301}"]?.int == 2)
    }

    @Test("The same name in two objects is no duplicate")
    func nestedNames() {
        #expect(JSONDocument.failure("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}") == nil)
    }
}
