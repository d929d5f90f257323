import Base
import Model
import Testing

@testable import AdapterKit

@Suite("Shapes as JSON Schema")
struct ShapeSchemaTests {
    private func schema(_ shape: Shape) -> String {
        String(decoding: JSONWriter.value(ShapeSchema(shape)), as: UTF8.self)
    }

    @Test(
        "Each shape is written in the words of JSON Schema",
        arguments: [
            (Shape.any, "{}"), (.null, #"{"type":"null"}"#), (.boolean, #"{"type":"boolean"}"#),
            (.integer(in: 1...5), #"{"type":"integer","format":"int64","minimum":1,"maximum":5}"#),
            (.number(in: 0...0.5), #"{"type":"number","minimum":0.0,"maximum":0.5}"#),
            (.instant, #"{"type":"string","format":"date-time"}"#),
            (.text(TextShape(format: .base64)), #"{"type":"string","contentEncoding":"base64"}"#),
            (.words(["a"]), #"{"type":"string","enum":["a"]}"#),
            (.openWords(["a"]), #"{"type":"string","examples":["a"]}"#),
            (.string(length: 1...9), #"{"type":"string","minLength":1,"maxLength":9}"#),
            (.string(prefix: "a_b."), #"{"type":"string","pattern":"^a_b\\."}"#),
            (
                .array(of: .boolean, count: 0...3),
                #"{"type":"array","items":{"type":"boolean"},"minItems":0,"maxItems":3}"#
            ),
            (.map(of: .string), #"{"type":"object","additionalProperties":{"type":"string"}}"#),
            (
                .object([.required("a", .boolean, "What."), .optional("b", .null)]),
                ##"{"type":"object","properties":{"a":{"type":"boolean","description":"What."},"b":{"type":"null"}},"##
                    + ##""required":["a"]}"##
            ),
            (.named("N", .boolean), ##"{"$ref":"#/components/schemas/N"}"##),
            (.oneOf([.boolean, .integer]), #"{"anyOf":[{"type":"boolean"},{"type":"integer","format":"int64"}]}"#),
        ] as [(Shape, String)])
    func words(_ shape: Shape, _ expected: String) { #expect(schema(shape) == expected) }

    @Test("Null is a second type, a second word, or an alternative")
    func null() {
        #expect(schema(Shape.string.orNull) == #"{"type":["string","null"]}"#)
        #expect(schema(Shape.words(["a"]).orNull) == #"{"type":["string","null"],"enum":["a",null]}"#)
        #expect(
            schema(Shape.named("N", .boolean).orNull)
                == ##"{"anyOf":[{"$ref":"#/components/schemas/N"},{"type":"null"}]}"##)
    }
}
