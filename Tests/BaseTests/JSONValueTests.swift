import Base
import Testing

@Suite("JSON value")
struct JSONValueTests {
    @Test("A value keeps the text it was written with")
    func raw() throws {
        let root = try JSONDocument(#" {"amount": 1.0, "meta": { "b":[1, 2] , "a":"\/\u0041"} } "#).root
        #expect(root["amount"]?.raw.text == "1.0")
        #expect(root["meta"]?.raw.text == #"{ "b":[1, 2] , "a":"\/\u0041"}"#)
        #expect(root["meta"]?["a"]?.raw.text == #""\/\u0041""#)
        #expect(root["meta"]?.offset == 25)
    }

    @Test("Members come in the order of the text, nested values skipped")
    func members() throws {
        let root = try JSONDocument(#"{"z":{"x":[{"q":1}]},"a":[1,[2]],"m":null}"#).root
        #expect(root.members?.map(\.name) == ["z", "a", "m"])
        #expect(root.members?.map(\.value.kind) == [.object, .array, .null])
        #expect(root["a"]?.elements?.count == 2)
        #expect(root["a"]?.elements?.map(\.kind) == [.number, .array])
    }

    @Test("Empty arrays and objects have nothing in them")
    func empty() throws {
        let root = try JSONDocument(#"{"a":[ ],"o":{ }}"#).root
        #expect(root["a"]?.elements?.isEmpty == true)
        #expect(root["o"]?.members?.map(\.name) == [])
        #expect(root["o"]?["a"] == nil)
    }

    @Test("A member is found by its decoded name, however it is written")
    func escapedName() throws {
        let root = try JSONDocument(#"{"\u0074\u006f":1,"":2}"#).root
        #expect(root["to"]?.int == 1)
        #expect(root[named: "to"]?.int == 1)
        #expect(root[""]?.int == 2)
        #expect(root["t"] == nil)
    }

    @Test("Asking for another type gives nil")
    func otherType() throws {
        let string = try JSONDocument(#""1""#).root
        #expect(string.int == nil)
        #expect(string.number == nil)
        #expect(string.bool == nil)
        #expect(string.members == nil)
        #expect(string.elements == nil)
        #expect(string["a"] == nil)
        let number = try JSONDocument("1").root
        #expect(number.string == nil)
        #expect(number.stringBytes == nil)
        #expect(number.integer == .exact(1))
    }

    @Test("true, false and null are told apart")
    func literals() throws {
        let root = try JSONDocument("[true,false,null]").root
        #expect(root.elements?.map(\.bool) == [true, false, nil])
        #expect(root.elements?.map(\.isNull) == [false, false, true])
        #expect(root.elements?.compactMap(\.nonNull).count == 2)
    }

    @Test(
        "An integer is exact or says why it is none",
        arguments: [
            ("0", JSONInteger.exact(0)), ("-0", .exact(0)), ("42", .exact(42)),
            ("9223372036854775807", .exact(.max)), ("-9223372036854775808", .exact(.min)),
            ("9223372036854775808", .outOfRange), ("-9223372036854775809", .outOfRange),
            ("100000000000000000000000000000", .outOfRange), ("1.0", .notInteger), ("1e3", .notInteger),
            ("99999999999999999999.5", .notInteger),
        ])
    func integers(_ text: String, _ expected: JSONInteger) throws {
        let value = try JSONDocument(text).root
        #expect(value.integer == expected)
        #expect(value.number == text)
    }

    @Test("Escapes are decoded")
    func escapes() throws {
        let root = try JSONDocument(#""\"\\\/\b\f\n\r\t\u00e9\uD834\uDD1E x \u0000""#).root
        #expect(root.string == "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1D11E} x \u{0}")
        #expect(root.stringBytes == Array("\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1D11E} x \u{0}".utf8))
    }

    @Test("A string of megabytes passes whole")
    func bigString() throws {
        let text = String(repeating: "0123456789 äöü 😀", count: 100_000)
        let bytes = JSONWriter.object { $0.member("content", text) }
        let root = try JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)).root
        #expect(root["content"]?.string == text)
        #expect(root["content"]?.stringBytes == Array(text.utf8))
    }

    @Test("The canonical form ignores order, white space and escapes")
    func canonical() throws {
        let left = try JSONDocument(#"{ "b" : [ 1 , {"y":1,"x":"\u0041\/"} ] , "a" : null }"#).root
        let right = try JSONDocument(#"{"a":null,"b":[1,{"x":"A/","y":1}]}"#).root
        #expect(JSONCanonical(left).bytes == right.raw.map { $0 })
    }

    @Test("The canonical form leaves out what it is told to")
    func canonicalWithout() throws {
        let root = try JSONDocument(#"{"key":"k","b":{"key":1,"n":null},"n":null}"#).root
        #expect(JSONCanonical(root, ignoring: ["key"], dropsNulls: true).bytes.text == #"{"b":{"key":1}}"#)
    }

    @Test("JSON text is checked when it comes from outside")
    func text() throws {
        #expect(throws: JSONError.self) { try JSONText(Array("{".utf8), limits: JSONLimits(bytesMax: 10)) }
        #expect(try JSONText(Array("[ 1 ]".utf8), limits: JSONLimits(bytesMax: 10)).bytes.text == "[ 1 ]")
    }
}
