import Base
import Model

/// A shape as a JSON Schema of the 2020-12 dialect, which OpenAPI 3.1 speaks.
struct ShapeSchema: JSONWritable {
    private let shape: Shape
    private let note: String?

    init(_ shape: Shape, note: String? = nil) {
        self.shape = shape
        self.note = note
    }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { schema in
            Self.write(shape, isNullable: false, to: &schema)
            schema.memberIfPresent("description", note)
        }
    }

    private static func write(_ shape: Shape, isNullable: Bool, to schema: inout JSONObjectWriter) {
        switch shape {
        case .any: break
        case .null: type("null", false, to: &schema)
        case .boolean: type("boolean", isNullable, to: &schema)
        case .integer(let range):
            type("integer", isNullable, to: &schema)
            schema.member("format", "int64")
            bounds(range, to: &schema)
        case .number(let range):
            type("number", isNullable, to: &schema)
            bounds(range, to: &schema)
        case .text(let text):
            type("string", isNullable, to: &schema)
            write(text, isNullable, to: &schema)
        case .array(let shape, let count):
            type("array", isNullable, to: &schema)
            schema.member("items", ShapeSchema(shape))
            schema.memberIfPresent("minItems", count?.lowerBound)
            schema.memberIfPresent("maxItems", count?.upperBound)
        case .map(let shape):
            type("object", isNullable, to: &schema)
            schema.member("additionalProperties", ShapeSchema(shape))
        case .object(let members):
            type("object", isNullable, to: &schema)
            write(members, to: &schema)
        case .oneOf(let shapes): write(oneOf: shapes, to: &schema)
        case .named(let name, _): schema.member("$ref", "#/components/schemas/\(name)")
        }
    }

    private static func type(_ name: String, _ isNullable: Bool, to schema: inout JSONObjectWriter) {
        if isNullable { schema.member("type", [name, "null"]) } else { schema.member("type", name) }
    }

    private static func bounds<Value: JSONWritable>(_ range: ClosedRange<Value>?, to schema: inout JSONObjectWriter) {
        schema.memberIfPresent("minimum", range?.lowerBound)
        schema.memberIfPresent("maximum", range?.upperBound)
    }

    private static func write(_ text: TextShape, _ isNullable: Bool, to schema: inout JSONObjectWriter) {
        if text.isClosed {
            // What `type` admits, `enum` has to admit as well.
            schema.member("enum", text.words.map(Optional.some) + (isNullable ? [nil] : []))
        } else if !text.words.isEmpty {
            schema.member("examples", text.words)
        }
        schema.memberIfPresent("format", text.format?.schemaName)
        if text.format == .base64 { schema.member("contentEncoding", "base64") }
        schema.memberIfPresent("minLength", text.length?.lowerBound)
        schema.memberIfPresent("maxLength", text.length?.upperBound)
        schema.memberIfPresent("pattern", text.prefix.map { "^\(escaped($0))" })
    }

    /// Literal in a regular expression.
    private static func escaped(_ text: String) -> String {
        text.map { $0.isLetter || $0.isNumber || $0 == "_" ? "\($0)" : "\\\($0)" }.joined()
    }

    private static func write(_ members: [Shape.Member], to schema: inout JSONObjectWriter) {
        schema.object("properties") { properties in
            for member in members {
                properties.member(named: member.name, ShapeSchema(member.shape, note: member.note))
            }
        }
        let required = members.filter(\.isRequired).map(\.name)
        if !required.isEmpty { schema.member("required", required) }
    }

    /// Null beside one shape that has a type of its own is a second type: generated clients read that best.
    private static func write(oneOf shapes: [Shape], to schema: inout JSONObjectWriter) {
        let rest = shapes.filter { $0 != .null }
        if rest.count == 1, rest.count < shapes.count, rest[0].hasType {
            write(rest[0], isNullable: true, to: &schema)
        } else {
            schema.member("anyOf", shapes.map { ShapeSchema($0) })
        }
    }
}

extension Shape {
    fileprivate var hasType: Bool {
        switch self {
        case .boolean, .integer, .number, .text, .array, .map, .object: true
        case .any, .null, .oneOf, .named: false
        }
    }
}

extension TextShape.Format {
    /// nil: JSON Schema has another word for it.
    fileprivate var schemaName: String? {
        switch self {
        case .instant: "date-time"
        case .email: "email"
        case .url: "uri"
        case .uuid: "uuid"
        case .base64: nil
        }
    }
}
