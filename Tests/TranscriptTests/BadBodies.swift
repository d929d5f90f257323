import Foundation
import Model

/// What a body of some shape may not be: each field of a good body absent, null, of another type, empty, too long, out
/// of its range or of no form, as far as the shape refuses that.
struct BadBodies {
    /// A body with one fault.
    struct Case: Sendable {
        let fault: String
        let body: Data
    }

    private let good: Any
    private(set) var cases: [Case] = []

    init(_ shape: Shape, good: Data) throws {
        self.good = try JSONSerialization.jsonObject(with: good)
        add("the body is no object", [1, 2])
        add("the body is text", "x")
        try mutate(self.good, shape.bare, at: "") { $0 }
    }

    /// `put` gives the whole body with something else in this place.
    private mutating func mutate(_ value: Any, _ shape: Shape, at path: String, _ put: @escaping (Any) -> Any) throws {
        switch shape {
        case .object(let members):
            guard let object = value as? [String: Any] else { return }
            for member in members {
                let name = "\(path).\(member.name)"
                func with(_ value: Any?) -> Any {
                    var object = object
                    object[member.name] = value
                    return put(object)
                }
                if member.isRequired { add("\(name) is absent", with(nil)) }
                if !member.shape.admitsNull, member.isRequired { add("\(name) is null", with(NSNull())) }
                for (fault, bad) in member.shape.bare.refused { add("\(name) \(fault)", with(bad)) }
                if let inner = object[member.name] { try mutate(inner, member.shape.bare, at: name, { with($0) }) }
            }
        case .array(let shape, _):
            guard let first = (value as? [Any])?.first else { return }
            for (fault, bad) in shape.bare.refused { add("\(path)[0] \(fault)", put([bad])) }
            try mutate(first, shape.bare, at: "\(path)[0]") { put([$0]) }
        case .any, .null, .boolean, .integer, .number, .text, .map, .oneOf, .named: return
        }
    }

    private mutating func add(_ fault: String, _ body: Any) {
        guard let data = try? JSONSerialization.data(withJSONObject: body, options: [.fragmentsAllowed]) else { return }
        cases.append(Case(fault: fault, body: data))
    }
}

extension Shape {
    /// Without its name, and without null beside it.
    fileprivate var bare: Shape {
        switch self {
        case .named(_, let shape): shape.bare
        case .oneOf(let shapes) where shapes.filter({ $0 != .null }).count == 1:
            shapes.first { $0 != .null }.map(\.bare) ?? self
        default: self
        }
    }

    fileprivate var admitsNull: Bool {
        switch self {
        case .named(_, let shape): shape.admitsNull
        case .oneOf(let shapes): shapes.contains { $0.admitsNull }
        case .null, .any: true
        default: false
        }
    }

    /// Values that are not of this shape, each with its fault.
    fileprivate var refused: [(String, Any)] {
        switch self {
        case .text(let text): [("is a number", 5), ("is an object", [String: Any]())] + text.refused
        case .boolean: [("is text", "true"), ("is a number", 1)]
        case .integer(let range):
            [("is text", "1"), ("has a fraction", 1.5)]
                + (range.map { [("is too small", $0.lowerBound - 1), ("is too great", $0.upperBound + 1)] } ?? [])
        case .array(let shape, let count):
            [("is text", "x"), ("is an object", [String: Any]())]
                + ((count?.lowerBound ?? 0) > 0 ? [("is empty", [Any]())] : [])
                + shape.many(count)
        case .map(let shape):
            [("is text", "x"), ("is a list", [1])] + (shape == .any ? [] : [("has another value", ["X-A": [1]])])
        case .object: [("is text", "x"), ("is a list", [1])]
        case .any, .null, .number, .oneOf, .named: []
        }
    }

    /// More of these than there may be.
    private func many(_ count: ClosedRange<Int>?) -> [(String, Any)] {
        guard let count, count.upperBound < 10_000 else { return [] }
        let one: Any =
            switch bare {
            case .text: "x"
            default: ["email": "ann@example.net"]
            }
        return [("has too many", Array(repeating: one, count: count.upperBound + 1))]
    }
}

extension TextShape {
    fileprivate var refused: [(String, Any)] {
        var refused: [(String, Any)] = []
        if isClosed { refused.append(("is another word", "no such word")) }
        if let length {
            if length.lowerBound > 0 { refused.append(("is empty", "")) }
            refused.append(("is too long", String(repeating: "x", count: length.upperBound + 1)))
        }
        switch format {
        case .instant: refused += [("is no time", "tomorrow"), ("is empty", "")]
        case .email: refused += [("is no address", "nobody"), ("is empty", "")]
        case .url: refused += [("is no URL", "somewhere"), ("is empty", "")]
        case .uuid: refused.append(("is no UUID", "1"))
        case .base64: refused.append(("is no base64", "!"))
        case nil: break
        }
        return refused
    }
}
