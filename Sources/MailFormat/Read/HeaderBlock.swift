import Base

/// The header of a received message: its fields, where they stand in the bytes (RFC 5322 §2.2). Nothing is changed or
/// judged but that it is a header.
public struct HeaderBlock: Sendable {
    public struct Field: Sendable {
        /// In lower case.
        public let name: String
        /// The whole field with its folded lines and its last CRLF.
        public let range: Range<Int>
        /// What follows the colon, without the last CRLF.
        public let value: Range<Int>
    }

    public let fields: [Field]
    /// Where the body begins: behind the empty line, or at the end where there is none.
    public let bodyStart: Int
    private let content: [UInt8]

    /// Takes bytes in which CR and LF stand together only. Fails where a line before the empty one is neither a field
    /// nor the continuation of one, and beyond `MailLimits.headerFieldsMax`.
    public init(parsing content: [UInt8]) throws(MailFormatError) {
        try self.init(parsing: content, from: 0, to: content.count)
    }

    init(parsing content: [UInt8], from start: Int, to end: Int) throws(MailFormatError) {
        var fields: [Field] = []
        var position = start
        while position < end {
            // RFC 5322 §2.1: the empty line.
            if content[position] == ASCII.carriageReturn {
                position = min(position + 2, end)
                break
            }
            let field = try Self.field(content, from: position, to: end)
            guard fields.count < MailLimits.headerFieldsMax else { throw .malformedHeader }
            fields.append(field)
            position = field.range.upperBound
        }
        self.fields = fields
        self.content = content
        bodyStart = position
    }

    private static func field(_ content: [UInt8], from start: Int, to end: Int) throws(MailFormatError) -> Field {
        var colon = start
        while colon < end, ASCII.isVisible(content[colon]), content[colon] != ASCII.colon { colon += 1 }
        let nameEnd = colon
        // RFC 5322 §4.5.1: old senders put white space before the colon.
        while colon < end, MailCharacter.isWhiteSpace(content[colon]) { colon += 1 }
        guard nameEnd > start, colon < end, content[colon] == ASCII.colon else { throw .malformedHeader }
        let last = lineEnd(content, from: colon, to: end)
        let name = String(decoding: content[start..<nameEnd].map(ASCII.lowercased), as: UTF8.self)
        return Field(name: name, range: start..<min(last + 2, end), value: (colon + 1)..<last)
    }

    /// The CRLF that ends the field, beyond those that only fold it (RFC 5322 §2.2.3).
    private static func lineEnd(_ content: [UInt8], from start: Int, to end: Int) -> Int {
        var index = start
        while index < end {
            if content[index] == ASCII.carriageReturn {
                let next = index + 2
                guard next < end, MailCharacter.isWhiteSpace(content[next]) else { return index }
            }
            index += 1
        }
        return end
    }

    // MARK: Asking

    /// The field's name as it was written.
    public func originalName(_ field: Field) -> String {
        String(decoding: content[field.range].prefix(field.name.utf8.count), as: UTF8.self)
    }

    public func fields(named name: String) -> [Field] { fields.filter { $0.name == name } }

    public func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

    /// The field's value without its folding and the space around it.
    public func bytes(_ field: Field) -> [UInt8] { HeaderText.unfolded(content[field.value]) }

    /// The field's value as people read it: encoded words decoded, control characters gone.
    public func text(_ field: Field) -> String { HeaderText.decoded(bytes(field)) }

    public func text(of name: String) -> String? { fields.first { $0.name == name }.map(text) }

    /// The addresses in all fields of this name; what is no address there is passed over.
    public func mailboxes(of name: String) -> [Mailbox] {
        fields(named: name).flatMap { AddressListReader.mailboxes(in: bytes($0)).compactMap { $0 } }
    }
}
