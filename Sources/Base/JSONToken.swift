/// What a JSON value is (RFC 8259 §3).
public enum JSONKind: UInt8, Sendable {
    case object, array, string, number, bool, null
}

/// Where one value, or one member's name, lies in its text.
///
/// Tokens stand in the order of the text. An array's token is followed by its elements, an object's by name, value,
/// name, value; `next` jumps over all of them.
struct JSONToken {
    /// The first byte; for a string that is the quotation mark.
    var start: UInt32
    /// One past the last byte.
    var end: UInt32
    /// The index of the token after this value and everything in it.
    var next: UInt32
    var kind: JSONKind
    /// A string with at least one `\`: its bytes are not its characters.
    var isEscaped: Bool

    /// The bytes of the value, a string's quotation marks included.
    var range: Range<Int> { Int(start)..<Int(end) }
    /// The bytes between a string's quotation marks.
    var content: Range<Int> { Int(start) + 1..<Int(end) - 1 }
}
