import Base

/// An address with the name shown beside it: what stands in From, To and their kin (RFC 5322 §3.4 `mailbox`).
public struct Mailbox: Hashable, Sendable {
    /// The name as text, unquoted; nil where there is none. Never empty, never with a control character.
    public let displayName: String?
    public let address: EmailAddress

    /// Spaces around the name are dropped, and an empty name is none.
    public init(displayName: String?, address: EmailAddress) throws(AddressError) {
        let name = displayName.map { String($0.trimmingSpaces()) } ?? ""
        guard name.utf8.count <= MailLimits.displayNameMax else { throw .displayNameTooLong }
        guard !name.unicodeScalars.contains(where: MailCharacter.isLineBreaking) else { throw .invalidCharacter }
        self.displayName = name.isEmpty ? nil : name
        self.address = address
    }

    public init(_ address: EmailAddress) {
        displayName = nil
        self.address = address
    }

    /// Reads `addr@dom`, `<addr@dom>`, `Name <addr@dom>` and `"Quoted, Name" <addr@dom>`, with spaces around each
    /// piece.
    ///
    /// A name without quotation marks may hold more than RFC 5322's atoms, as people write it (`Dr. Who (Sales)`), but
    /// none of the characters that separate the members of a list, outside a comment: one text is one mailbox, never
    /// two by surprise. A comment behind a bare address is its name (`addr@dom (Name)`), and a name that came as
    /// encoded words is what they say (RFC 2047 §5).
    public init(parsing text: String) throws(AddressError) {
        let trimmed = text.trimmingSpaces()
        guard trimmed.utf8.last == ASCII.greaterThan else {
            let (address, comment) = Self.withoutComment(trimmed)
            try self.init(displayName: comment.map(Self.decoded), address: EmailAddress(parsing: String(address)))
            return
        }
        var reader = PhraseReader(Array(trimmed.utf8))
        let name = try reader.phrase()
        // The reader stopped at `<`, and the last byte is `>`: all that is between must be one address.
        let address = String(decoding: reader.rest.dropFirst().dropLast(), as: UTF8.self)
        try self.init(displayName: Self.decoded(name), address: EmailAddress(parsing: address))
    }

    /// RFC 5322 §3.4, §3.2.2: `addr@dom (comment)`.
    private static func withoutComment(_ text: Substring) -> (address: Substring, comment: String?) {
        guard text.utf8.last == UInt8(ascii: ")"), let start = text.utf8.firstIndex(of: UInt8(ascii: "(")),
            text.utf8.first != ASCII.quote
        else { return (text, nil) }
        let comment = text[text.utf8.index(after: start)...].dropLast()
        guard !comment.utf8.contains(where: { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: ")") }) else {
            return (text, nil)
        }
        return (text[..<start].trimmingSpaces(), String(comment))
    }

    private static func decoded(_ name: String) -> String {
        name.utf8.contains(ASCII.question) ? HeaderText.decoded(Array(name.utf8)) : name
    }
}

/// Reads the words before `<`.
private struct PhraseReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var rest: ArraySlice<UInt8> { bytes[position...] }

    /// Everything up to `<`, quoted words without their marks.
    mutating func phrase() throws(AddressError) -> String {
        var name: [UInt8] = []
        while position < bytes.count, bytes[position] != ASCII.lessThan {
            let byte = bytes[position]
            if byte == ASCII.quote {
                try appendQuotedString(to: &name)
            } else if byte == UInt8(ascii: "("), let end = endOfComment {
                name += bytes[position...end]
                position = end + 1
            } else {
                guard !Self.listCharacters.contains(byte) else { throw .malformedMailbox }
                name.append(byte)
                position += 1
            }
        }
        guard position < bytes.count else { throw .malformedMailbox }
        return String(decoding: name, as: UTF8.self)
    }

    /// The parenthesis that closes the one here; nil where none does before the address: it is a letter like others
    /// then.
    private var endOfComment: Int? {
        var depth = 0
        for index in position..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return index }
            case ASCII.lessThan: return nil
            default: break
            }
        }
        return nil
    }

    /// RFC 5322 §3.2.4: the content without its quotation marks and escapes.
    private mutating func appendQuotedString(to name: inout [UInt8]) throws(AddressError) {
        position += 1
        while position < bytes.count, bytes[position] != ASCII.quote {
            if bytes[position] == ASCII.backslash { position += 1 }
            guard position < bytes.count else { throw .malformedQuotedString }
            name.append(bytes[position])
            position += 1
        }
        guard position < bytes.count else { throw .malformedQuotedString }
        position += 1
    }

    /// Separators of lists and groups (RFC 5322 §3.4), and what has a meaning in quotation marks only.
    private static let listCharacters = Array(",;>\\".utf8)
}

extension StringProtocol where UTF8View: BidirectionalCollection {
    /// Without the spaces and tabs at both ends.
    func trimmingSpaces() -> SubSequence {
        let isText = { (byte: UInt8) in !MailCharacter.isWhiteSpace(byte) }
        guard let first = utf8.firstIndex(where: isText), let last = utf8.lastIndex(where: isText) else {
            return self[startIndex..<startIndex]
        }
        return self[first..<utf8.index(after: last)]
    }
}
