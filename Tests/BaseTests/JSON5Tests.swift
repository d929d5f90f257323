import Base
import Testing

@Suite("JSON5")
struct JSON5Tests {
    private static func parse(_ text: String) throws(JSON5Error) -> JSON5Value {
        try JSON5Value(parsing: Array(text.utf8), depthMax: 8)
    }

    private static func error(_ text: String) -> JSON5Error? {
        do {
            _ = try parse(text)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Numbers have either sign, a point at either end, an exponent, and hexadecimal digits",
        arguments: [
            ("0", JSON5Value.integer(0)), ("-12", .integer(-12)), ("+7", .integer(7)), ("1.0", .integer(1)),
            ("5.", .integer(5)), (".5", .number(0.5)), ("-.25e2", .integer(-25)), ("1e3", .integer(1000)),
            ("1E-1", .number(0.1)), ("2e+2", .integer(200)), ("0x1F", .integer(31)), ("-0Xff", .integer(-255)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("0x10000000000000000", .number(0x1p64)),
            ("1.5", .number(1.5)), ("Infinity", .number(.infinity)), ("-Infinity", .number(-.infinity)),
            ("+Infinity", .number(.infinity)),
        ])
    func numbers(_ text: String, _ value: JSON5Value) throws {
        #expect(try Self.parse(text) == value)
    }

    @Test("NaN is a number, with a sign too", arguments: ["NaN", "-NaN", "+NaN"])
    func notANumber(_ text: String) throws {
        let value = try Self.parse(text)
        guard case .number(let number) = value else {
            Issue.record("\(value)")
            return
        }
        #expect(number.isNaN)
    }

    @Test(
        "What only looks like a number is refused where it begins",
        arguments: [
            "010", "00", "-01", "1_000", "1.2.3", "0x", "0xG", "1e", "1e+", "+", "-", ".", "+.e1", "--1", "+-1", "- 1",
            "-true", "0x1.5", "5px", "1\\u0061", "3\u{e9}", "infinity",
        ])
    func noNumbers(_ text: String) throws {
        let error = try #require(Self.error("[ " + text + "]"))
        #expect((error.line, error.column) == (1, 3))
        #expect(error.kind == (text == "infinity" ? .unknownWord("infinity") : .invalidNumber))
    }

    @Test(
        "Texts stand between marks of either kind, with the escapes of ECMAScript",
        arguments: [
            (#""a'b""#, "a'b"), (#"'a"b'"#, "a\"b"), (#"'\'\"\\\/'"#, "'\"\\/"),
            (#"'\b\f\n\r\t\v\0'"#, "\u{8}\u{c}\n\r\t\u{b}\0"), (#"'\x41\u00e9'"#, "A\u{e9}"),
            (#"'\uD83D\uDE00'"#, "\u{1F600}"), (#"'\a\C\ \é'"#, "aC \u{e9}"), ("'a\tb'", "a\tb"),
            ("'one \\\ntwo'", "one two"), ("'one \\\r\ntwo'", "one two"), ("'one \\\rtwo'", "one two"),
            ("'one \\\u{2028}two\\\u{2029}'", "one two"), ("'a\u{2028}b\u{2029}c'", "a\u{2028}b\u{2029}c"),
        ])
    func texts(_ text: String, _ value: String) throws {
        #expect(try Self.parse(text) == .text(value))
    }

    @Test(
        "A text that is wrong is refused with its place",
        arguments: [
            ("'a", JSON5Error.Kind.stringNotClosed, 1), ("'a\n'", .stringNotClosed, 1), ("'a\r'", .stringNotClosed, 1),
            ("'\\", .stringNotClosed, 1), (#"'\'"#, .stringNotClosed, 1), (#"'b\1'"#, .invalidEscape, 3),
            (#"'\01'"#, .invalidEscape, 2), (#"'\x4'"#, .invalidEscape, 2), (#"'\u12'"#, .invalidEscape, 2),
            (#"'\uD83D'"#, .loneSurrogate, 2), (#"'\uDE00'"#, .loneSurrogate, 2),
            (#"'\uD83D\u0041'"#, .loneSurrogate, 2), (#"'\uD83D\n'"#, .loneSurrogate, 2),
        ])
    func badTexts(_ text: String, _ kind: JSON5Error.Kind, _ column: Int) throws {
        let error = try #require(Self.error(text))
        #expect(error.kind == kind)
        #expect((error.line, error.column) == (1, column))
    }

    @Test("Names stand between marks or are identifiers")
    func names() throws {
        let value = try Self.parse(
            #"{ a: 1, $b_2: 2, 'c d': 3, "e": 4, übung: 5, \u0066: 6, g\u0031: 7, null: 8, x\#u{200C}y: 9 }"#
        )
        #expect(
            value
                == .object([
                    "a": .integer(1), "$b_2": .integer(2), "c d": .integer(3), "e": .integer(4), "übung": .integer(5),
                    "f": .integer(6), "g1": .integer(7), "null": .integer(8), "x\u{200C}y": .integer(9),
                ]))
    }

    @Test(
        "What is no name is refused where it begins",
        arguments: ["1", "-a", "#", ",", "[", "\\u0031", "\\x41", "\u{301}"])
    func noNames(_ name: String) throws {
        let error = try #require(Self.error("{ \(name): 1 }"))
        #expect(error.kind == (name.hasPrefix("\\") ? .invalidEscape : .nameExpected))
        #expect(error.column == 3)
    }

    @Test("Comments, commas at the end and every white space mean nothing")
    func nothing() throws {
        let spaces = "\u{FEFF}\t\u{b}\u{c} \u{a0}\u{2003}\u{3000}\n\r\u{2028}\u{2029}"
        let text = "\(spaces)[/* a **/1,// b\r2,// c\u{2028}\(spaces){x:[],},/*\n*/]// d"
        #expect(try Self.parse(text) == .array([.integer(1), .integer(2), .object(["x": .array([])])]))
    }

    @Test("Words are what they are in JSON")
    func words() throws {
        #expect(try Self.parse("[true, false, null]") == .array([.boolean(true), .boolean(false), .null]))
    }

    @Test(
        "What is out of place is refused with its line and column",
        arguments: [
            ("", JSON5Error.Kind.valueExpected, 1, 1), ("// x\n", .valueExpected, 2, 1), ("{", .nameExpected, 1, 2),
            ("{ a: 1\n b: 2 }", .commaExpected(before: "}"), 2, 2), ("[1 2]", .commaExpected(before: "]"), 1, 4),
            ("{ a: tru }", .unknownWord("tru"), 1, 6), ("[1,\n,]", .valueExpected, 2, 1), ("[,]", .valueExpected, 1, 2),
            ("{ a }", .colonExpected, 1, 5), ("{ a: }", .valueExpected, 1, 6), ("{}\r\n{", .trailingText, 2, 1),
            ("1\r\r\n/* x", .commentNotClosed, 3, 1), ("[1]]", .trailingText, 1, 4), ("{ , }", .nameExpected, 1, 3),
            ("/", .valueExpected, 1, 1), ("{ \u{e9}\u{1F600}: 1 }", .colonExpected, 1, 4),
            ("{ a: 1,\n 'a': 2 }", .duplicateName("a"), 2, 2), ("[[[[[[[[[", .tooDeep(8), 1, 9),
        ])
    func places(_ text: String, _ kind: JSON5Error.Kind, _ line: Int, _ column: Int) throws {
        let error = try #require(Self.error(text))
        #expect(error.kind == kind)
        #expect((error.line, error.column) == (line, column))
    }

    @Test("The first byte that is not UTF-8 is told")
    func encoding() throws {
        let error = #expect(throws: JSON5Error.self) {
            try JSON5Value(parsing: Array("[\n\u{e9} ".utf8) + [0xFF], depthMax: 8)
        }
        #expect(error?.description == "line 2, column 3: not UTF-8 text")
    }

    @Test("Every end of a good text is refused")
    func truncated() {
        let text = #"{ /* c */ a: 'b\'', "c": [1, {},], e: { f: null, g: -0x1F, h: '\x41\uD83D\uDE00' } }"#
        #expect(Self.error(text) == nil)
        for length in 0..<text.utf8.count {
            #expect(Self.error(String(text.prefix(length))) != nil, "\(length)")
        }
    }

    @Test("Texts that are damaged anywhere are read or refused, and never anything else")
    func damaged() {
        let text = Array(
            #"{ /* c */ a: 'b\'', "c": [1, {},], e: { f: NaN, g: -0x1F, h: '\x41\uD83D\uDE00' } } // end"#.utf8)
        var random = SeededRandom(seed: 5)
        for _ in 0..<20_000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do {
                _ = try JSON5Value(parsing: bytes, depthMax: 8)
            } catch {
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
    }
}
