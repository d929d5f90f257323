public import Base

/// Where a value is not what it should be, and how. It names members and words of the dialect, never a value.
public struct ShapeDisagreement: Sendable, Equatable, CustomStringConvertible {
    /// `$` for the whole, `$.data[0].id` for what lies inside.
    public let path: String
    public let reason: String

    public var description: String { "\(path) \(reason)" }

    fileprivate func inside(_ step: String) -> ShapeDisagreement {
        ShapeDisagreement(path: "$\(step)\(path.dropFirst())", reason: reason)
    }

    fileprivate static func here(_ reason: String) -> ShapeDisagreement {
        ShapeDisagreement(path: "$", reason: reason)
    }
}

extension Shape {
    /// The first place where `value` is not of this shape; nil where it is.
    public func disagreement(with value: JSONValue) -> ShapeDisagreement? {
        switch self {
        case .any: nil
        case .null: value.isNull ? nil : .here("is not null")
        case .boolean: value.kind == .bool ? nil : .here("is no boolean")
        case .integer(let range): Self.check(value.int, in: range, "is no integer")
        case .number(let range): Self.check(value.number.flatMap { Double($0) }, in: range, "is no number")
        case .text(let text): Self.check(value, text)
        case .array(let shape, let count): Self.check(value, shape, count)
        case .map(let shape): Self.check(value, shape)
        case .object(let members): Self.check(value, members)
        case .oneOf(let shapes): Self.check(value, oneOf: shapes)
        case .named(_, let shape): shape.disagreement(with: value)
        }
    }

    private static func check<Value: Comparable>(
        _ value: Value?, in range: ClosedRange<Value>?, _ reason: String
    ) -> ShapeDisagreement? {
        guard let value else { return .here(reason) }
        return range?.contains(value) ?? true ? nil : .here("is out of its range")
    }

    private static func check(_ value: JSONValue, _ text: TextShape) -> ShapeDisagreement? {
        guard let string = value.string else { return .here("is no string") }
        return text.reason(against: string).map { .here($0) }
    }

    private static func check(_ value: JSONValue, _ shape: Shape, _ count: ClosedRange<Int>?) -> ShapeDisagreement? {
        guard let elements = value.elements else { return .here("is no array") }
        var seen = 0
        for element in elements {
            if let found = shape.disagreement(with: element) { return found.inside("[\(seen)]") }
            seen += 1
        }
        return count?.contains(seen) ?? true ? nil : .here("has another number of elements")
    }

    private static func check(_ value: JSONValue, _ shape: Shape) -> ShapeDisagreement? {
        guard let members = value.members else { return .here("is no object") }
        for member in members {
            if let found = shape.disagreement(with: member.value) { return found.inside(".\(member.name)") }
        }
        return nil
    }

    private static func check(_ value: JSONValue, _ expected: [Member]) -> ShapeDisagreement? {
        guard let members = value.members else { return .here("is no object") }
        for member in expected where member.isRequired && value[named: member.name] == nil {
            return .here("has no member \(member.name)")
        }
        for member in members {
            guard let known = expected.first(where: { member.isNamed($0.name) }) else {
                return .here("has a member \(member.name) too many")
            }
            if let found = known.shape.disagreement(with: member.value) { return found.inside(".\(known.name)") }
        }
        return nil
    }

    /// Of the alternatives' disagreements the deepest tells most: that alternative fitted longest.
    private static func check(_ value: JSONValue, oneOf shapes: [Shape]) -> ShapeDisagreement? {
        var deepest: ShapeDisagreement?
        for shape in shapes {
            guard let found = shape.disagreement(with: value) else { return nil }
            if found.path.utf8.count > (deepest?.path.utf8.count ?? 0) { deepest = found }
        }
        guard let deepest, deepest.path != "$" else { return .here("is none of what it may be") }
        return deepest
    }
}

extension TextShape {
    /// Why `text` is not this; nil where it is.
    fileprivate func reason(against text: String) -> String? {
        if isClosed, !words.contains(text) { return "is none of its words" }
        if let prefix, !text.hasPrefix(prefix) { return "does not begin with \(prefix)" }
        if let length, !length.contains(text.unicodeScalars.count) { return "has another length" }
        if let format, !format.admits(text) { return "is not of its form" }
        return nil
    }
}

extension TextShape.Format {
    fileprivate func admits(_ text: String) -> Bool {
        switch self {
        case .instant: Self.isInstant(text)
        case .email: text.split(separator: "@", omittingEmptySubsequences: false).count >= 2
        case .url: WebURL(text) != nil
        case .uuid: Self.matches(Array(text.utf8), "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh")
        case .base64: Base64.decode(Array(text.utf8)) != nil
        }
    }

    /// RFC 3339 §5.6, with a fraction of at most nine digits. The calendar is not looked at.
    private static func isInstant(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, matches(Array(bytes[..<19]), "dddd-dd-ddTdd:dd:dd") else { return false }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: ASCII.isDigit)
            guard (1...9).contains(digits.count) else { return false }
            rest = rest.dropFirst(1 + digits.count)
        }
        return rest.elementsEqual("Z".utf8) || matches(Array(rest), "+dd:dd") || matches(Array(rest), "-dd:dd")
    }

    /// `d` stands for a digit, `h` for a hexadecimal one.
    private static func matches(_ bytes: [UInt8], _ pattern: StaticString) -> Bool {
        guard bytes.count == pattern.utf8CodeUnitCount else { return false }
        return pattern.withUTF8Buffer { pattern in
            for index in bytes.indices {
                let (byte, expected) = (bytes[index], unsafe pattern[index])
                switch expected {
                case UInt8(ascii: "d"): if !ASCII.isDigit(byte) { return false }
                case UInt8(ascii: "h"): if Character(Unicode.Scalar(byte)).hexDigitValue == nil { return false }
                default: if byte != expected { return false }
                }
            }
            return true
        }
    }
}
