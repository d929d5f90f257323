/// A view of one value in a document. Asking it for a type it is not gives nil, never a conversion.
public struct JSONValue: Sendable {
    private let document: JSONDocument
    private let index: Int

    init(_ document: JSONDocument, _ index: Int) {
        self.document = document
        self.index = index
    }

    private var token: JSONToken { document.tokens[index] }

    public var kind: JSONKind { token.kind }

    /// The value as it stands in the text, a string with its quotation marks and escapes.
    public var raw: ArraySlice<UInt8> { document.bytes[token.range] }

    /// Where the value begins, in bytes from the start of the text.
    public var offset: Int { Int(token.start) }

    // MARK: Scalars

    public var isNull: Bool { kind == .null }

    /// nil for null: `object["key"]?.nonNull` is nil for an absent member and for null alike.
    public var nonNull: JSONValue? { isNull ? nil : self }

    public var bool: Bool? { kind == .bool ? document.bytes[Int(token.start)] == UInt8(ascii: "t") : nil }

    /// A string's characters.
    public var string: String? {
        guard kind == .string else { return nil }
        guard token.isEscaped else { return String(decoding: document.bytes[token.content], as: UTF8.self) }
        return String(decoding: JSONEscape.decoded(token, in: document.bytes), as: UTF8.self)
    }

    /// A string's characters in UTF-8: contents need no `String`.
    public var stringBytes: [UInt8]? { kind == .string ? JSONEscape.decoded(token, in: document.bytes) : nil }

    /// A number as it was written: `1.0` stays `1.0`.
    public var number: String? { kind == .number ? String(decoding: raw, as: UTF8.self) : nil }

    /// A number as an integer, or why it is none; nil where the value is no number.
    public var integer: JSONInteger? { kind == .number ? JSONInteger(raw) : nil }

    /// The integer that this value is; nil also where it does not fit or has a fraction or an exponent (`integer` says
    /// which).
    public var int: Int? {
        guard case .exact(let value) = integer else { return nil }
        return Int(exactly: value)
    }

    // MARK: Objects and arrays

    /// The member of that name; nil where there is none and where the value is no object. Allocates nothing.
    public subscript(name: StaticString) -> JSONValue? {
        guard kind == .object else { return nil }
        return document.valueToken(named: name, from: index + 1, to: Int(token.next)).map { JSONValue(document, $0) }
    }

    /// As the subscript above, for a name not known when this was compiled.
    public subscript(named name: String) -> JSONValue? { members?.first { $0.isNamed(name) }?.value }

    /// An object's members in the order of the text.
    public var members: JSONMembers? {
        kind == .object ? JSONMembers(document: document, cursor: index + 1, end: Int(token.next)) : nil
    }

    /// An array's elements in the order of the text.
    public var elements: JSONElements? {
        kind == .array ? JSONElements(document: document, cursor: index + 1, end: Int(token.next)) : nil
    }
}

/// What a JSON number is as an integer. Only the form counts: `1.0` and `1e3` are `notInteger`.
public enum JSONInteger: Hashable, Sendable {
    case exact(Int64)
    /// An integer, but not one of 64 bits.
    case outOfRange
    /// It has a fraction or an exponent.
    case notInteger

    init(_ digits: ArraySlice<UInt8>) {
        let isNegative = digits.first == ASCII.hyphen
        var value: Int64 = 0
        for byte in digits.dropFirst(isNegative ? 1 : 0) {
            guard ASCII.isDigit(byte) else {
                self = .notInteger
                return
            }
        }
        for byte in digits.dropFirst(isNegative ? 1 : 0) {
            let digit = Int64(byte - ASCII.zero)
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            // Built downwards for a negative number: the smallest one has no positive counterpart.
            let (sum, overflow2) = product.addingReportingOverflow(isNegative ? -digit : digit)
            guard !overflow, !overflow2 else {
                self = .outOfRange
                return
            }
            value = sum
        }
        self = .exact(value)
    }
}
