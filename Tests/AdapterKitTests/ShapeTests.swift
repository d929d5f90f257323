import Base
import Model
import Testing

@Suite("Shapes")
struct ShapeTests {
    private func disagreement(_ shape: Shape, _ json: String) throws -> String? {
        let bytes = Array(json.utf8)
        let document = try JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count))
        return shape.disagreement(with: document.root)?.description
    }

    private static let page = Shape.object([
        .required("data", .array(of: .named("Row", .object([.required("id", .integer), .optional("tag", .string)])))),
        .required("next", Shape.string.orNull),
    ])

    @Test("A value of the shape agrees with it, members in any order, and what is optional may be absent")
    func agrees() throws {
        #expect(try disagreement(Self.page, #"{"next":null,"data":[{"tag":"x","id":1},{"id":2}]}"#) == nil)
        #expect(try disagreement(Self.page, #"{"data":[],"next":"c"}"#) == nil)
    }

    @Test(
        "A disagreement is named by its place",
        arguments: [
            (#"{"data":[{"id":1},{"id":"2"}],"next":null}"#, "$.data[1].id is no integer"),
            (#"{"data":[{"id":1.5}],"next":null}"#, "$.data[0].id is no integer"),
            (#"{"data":[{"id":1,"tag":null}],"next":null}"#, "$.data[0].tag is no string"),
            (#"{"data":[{}],"next":null}"#, "$.data[0] has no member id"),
            (#"{"data":[{"id":1,"more":1}],"next":null}"#, "$.data[0] has a member more too many"),
            (#"{"data":[]}"#, "$ has no member next"), (#"{"data":{},"next":null}"#, "$.data is no array"),
            (#"{"data":[],"next":1}"#, "$.next is none of what it may be"), ("[]", "$ is no object"),
        ])
    func places(_ json: String, _ expected: String) throws { #expect(try disagreement(Self.page, json) == expected) }

    @Test(
        "Every kind of value is told from the others",
        arguments: [
            (Shape.boolean, "true", "1"), (.null, "null", "0"), (.integer, "-9223372036854775808", "1e3"),
            (.integer(in: 1...25), "25", "26"), (.number, "1.5", "\"1.5\""), (.number(in: 0...1), "0.5", "1.5"),
            (.string, "\"\"", "null"), (.map(of: .integer), "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":\"2\"}"),
            (.array(of: .any, count: 1...2), "[1,null]", "[]"), (.oneOf([.integer, .boolean]), "false", "\"\""),
            (.words(["a", "b"]), "\"b\"", "\"c\""), (.string(prefix: "hr_"), "\"hr_1\"", "\"h\""),
            (.string(length: 1...2), "\"\u{1F600}e\"", "\"abc\""), (.email, "\"a@b\"", "\"ab\""),
            (.url, "\"https://a.example/\"", "\"/a\""),
            (.uuid, "\"0190F5E8-7a3c-7cde-8123-0123456789ab\"", "\"0190f5e8-7a3c-7cde-8123-0123456789ag\""),
            (.text(TextShape(format: .base64)), "\"aGk=\"", "\"a\""),
        ] as [(Shape, String, String)])
    func kinds(_ shape: Shape, _ good: String, _ bad: String) throws {
        #expect(try disagreement(shape, good) == nil)
        #expect(try disagreement(shape, bad) != nil)
    }

    @Test("Words that may become more, and anything, take anything of their kind")
    func open() throws {
        #expect(try disagreement(.openWords(["a"]), "\"b\"") == nil)
        #expect(try disagreement(.openWords(["a"]), "1") != nil)
        for json in ["null", "1", "\"\"", "[]", "{}"] { #expect(try disagreement(.any, json) == nil) }
    }

    @Test(
        "A time has a date, a time and a zone, in upper case, with at most nine digits of a second",
        arguments: [
            ("2026-06-10T14:22:10Z", true), ("2026-06-10T14:22:10.123456789Z", true),
            ("2026-06-10T14:22:10+00:00", true), ("2026-06-10t14:22:10z", false), ("2026-06-10T14:22:10", false),
            ("2026-06-10T14:22:10.1234567890Z", false), ("2026-06-10T14:22:10.Z", false),
            ("2026-06-10 14:22:10Z", false), ("", false),
        ])
    func instants(_ text: String, _ isInstant: Bool) throws {
        #expect(try (disagreement(.instant, "\"\(text)\"") == nil) == isInstant)
    }

    @Test("Of alternatives that all fail the one that fitted longest is told")
    func alternatives() throws {
        let shape = Shape.oneOf([.integer, .object([.required("a", .object([.required("b", .integer)]))])])
        #expect(try disagreement(shape, #"{"a":{"b":""}}"#) == "$.a.b is no integer")
    }
}
