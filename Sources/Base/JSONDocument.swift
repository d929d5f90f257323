/// One parsed JSON text: the bytes as they came, and where each value lies in them.
///
/// A class, so that the many `JSONValue`s looking at it share it at the price of one reference. Immutable: any thread.
public final class JSONDocument: Sendable {
    public let bytes: [UInt8]
    let tokens: [JSONToken]

    /// Parses the whole of `bytes`; see `JSONError.Kind` for all that is refused.
    public init(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        self.bytes = bytes
        tokens = try JSONScanner.tokens(of: bytes, limits: limits)
    }

    /// The value that the text is.
    public var root: JSONValue { JSONValue(self, 0) }

    func nameToken(_ index: Int, is name: StaticString) -> Bool {
        let token = tokens[index]
        return name.withUTF8Buffer { wanted in
            guard token.isEscaped else {
                return unsafe token.content.count == wanted.count && bytes[token.content].elementsEqual(wanted)
            }
            return unsafe JSONEscape.decoded(token, in: bytes).elementsEqual(wanted)
        }
    }

    func nameToken(_ index: Int, is name: String) -> Bool {
        let token = tokens[index]
        // Bytes, not characters: two strings can be equal to Swift and have different bytes.
        guard token.isEscaped else { return bytes[token.content].elementsEqual(name.utf8) }
        return JSONEscape.decoded(token, in: bytes).elementsEqual(name.utf8)
    }
}
