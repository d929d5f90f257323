import Base

/// A list of `tag=value` pairs between semicolons (RFC 6376 §3.2), which DMARC's records are too (RFC 7489 §6.4).
public struct TagList: Sendable, Equatable {
    public struct Tag: Sendable, Equatable {
        public var name: String
        /// Without white space around it.
        public var value: String
    }

    /// In the order of the text.
    public let tags: [Tag]

    /// nil for a text that is no such list, or has a tag twice, which makes all of it void.
    public init?(_ text: [UInt8]) {
        guard text.allSatisfy({ $0 == ASCII.tab || $0 == ASCII.space || ASCII.isVisible($0) }) else { return nil }
        var tags: [Tag] = []
        var pieces = text.split(separator: ASCII.semicolon, omittingEmptySubsequences: false).map(Self.trimmed)
        // A semicolon may stand at the end.
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        for piece in pieces {
            guard let equals = piece.firstIndex(of: ASCII.equals) else { return nil }
            let name = Self.trimmed(piece[..<equals])
            // RFC 6376 §3.2: `tag-name = ALPHA *ALNUMPUNC`
            guard let first = name.first, ASCII.isLetter(first),
                name.allSatisfy({ ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.underscore })
            else { return nil }
            let value = Self.trimmed(piece[(equals + 1)...])
            let tag = Tag(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
            guard !tags.contains(where: { $0.name == tag.name }) else { return nil }
            tags.append(tag)
        }
        self.tags = tags
    }

    public subscript(_ name: String) -> String? { tags.first { $0.name == name }?.value }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while text.first.map(isSpace) == true { text.removeFirst() }
        while text.last.map(isSpace) == true { text.removeLast() }
        return text
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }
}
