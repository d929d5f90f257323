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

    /// The token of the value whose name, among those from `first` to below `end`, is `name`.
    func valueToken(named name: StaticString, from first: Int, to end: Int) -> Int? {
        var cursor = first
        while cursor < end {
            let token = tokens[cursor]
            // Most names differ in length already.
            if token.isEscaped || token.content.count == name.utf8CodeUnitCount, nameToken(cursor, is: name) {
                return cursor + 1
            }
            cursor = Int(tokens[cursor + 1].next)
        }
        return nil
    }

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
