import Base

/// Reads the address lists of received header fields (RFC 5322 §3.4): comments, groups, quoted names, encoded words.
public enum AddressListReader {
    /// One element for each member of the list and of its groups; nil for one that is no mailbox.
    public static func mailboxes(in value: [UInt8]) -> [Mailbox?] {
        var reader = Reader(value)
        return reader.members().map(mailbox)
    }

    /// A member of a list, cut in its parts.
    private struct Member {
        /// Words before the angle brackets, or all where there are none. Quoted ones without their marks.
        var words: [UInt8] = []
        /// Between the brackets.
        var address: [UInt8]?
        var isEmpty: Bool { words.allSatisfy(MailCharacter.isWhiteSpace) && address == nil }
    }

    private static func mailbox(_ member: Member) -> Mailbox? {
        guard let address = member.address else {
            let text = String(decoding: withoutSpace(member.words), as: UTF8.self)
            return (try? EmailAddress(parsing: text)).map { Mailbox($0) }
        }
        // RFC 5322 §4.4: an obsolete route stands before the last colon outside a literal.
        var spec = address[...]
        if spec.first == ASCII.at, let colon = spec.firstIndex(of: ASCII.colon) { spec = spec[(colon + 1)...] }
        let text = String(decoding: spec, as: UTF8.self)
        guard let parsed = try? EmailAddress(parsing: text) else { return nil }
        let words = HeaderText.unfolded(member.words[...])
        let name = HeaderText.decoded(words)
        return (try? Mailbox(displayName: name, address: parsed)) ?? Mailbox(parsed)
    }

    /// White space counts within quotation marks alone.
    private static func withoutSpace(_ words: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in words where isQuoted || !MailCharacter.isWhiteSpace(byte) {
            kept.append(byte)
            if byte == ASCII.quote, !isEscaped { isQuoted.toggle() }
            isEscaped = byte == ASCII.backslash && !isEscaped
        }
        return kept
    }

    private struct Reader {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func members() -> [Member] {
            var members: [Member] = []
            var member = Member()
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                switch byte {
                case ASCII.comma, ASCII.semicolon:
                    if !member.isEmpty { members.append(member) }
                    member = Member()
                // What stands before it names a group.
                case ASCII.colon: member = Member()
                case ASCII.quote: appendQuoted(to: &member)
                case UInt8(ascii: "("): skipComment()
                case UInt8(ascii: "["): appendLiteral(to: &member)
                case ASCII.lessThan: member.address = bracketed()
                default: if member.address == nil { member.words.append(byte) }
                }
            }
            if !member.isEmpty { members.append(member) }
            return members
        }

        /// A quoted word is a name, or the local part of an address that stands by itself.
        private mutating func appendQuoted(to member: inout Member) {
            let start = position - 1
            var inner: [UInt8] = []
            while position < bytes.count, bytes[position] != ASCII.quote {
                if bytes[position] == ASCII.backslash, position + 1 < bytes.count { position += 1 }
                inner.append(bytes[position])
                position += 1
            }
            position = min(position + 1, bytes.count)
            let isLocalPart = position < bytes.count && bytes[position] == ASCII.at
            member.words += isLocalPart ? Array(bytes[start..<position]) : inner
        }

        private mutating func appendLiteral(to member: inout Member) {
            let end = bytes[position...].firstIndex(of: UInt8(ascii: "]")) ?? bytes.count - 1
            member.words += bytes[(position - 1)...max(end, position - 1)]
            position = min(end + 1, bytes.count)
        }

        /// RFC 5322 §3.2.2: comments nest.
        private mutating func skipComment() {
            var depth = 1
            while position < bytes.count, depth > 0 {
                switch bytes[position] {
                case ASCII.backslash: position += 1
                case UInt8(ascii: "("): depth += 1
                case UInt8(ascii: ")"): depth -= 1
                default: break
                }
                position += 1
            }
            position = min(position, bytes.count)
        }

        /// The address between angle brackets, white space and comments dropped.
        private mutating func bracketed() -> [UInt8] {
            var address: [UInt8] = []
            while position < bytes.count, bytes[position] != ASCII.greaterThan {
                let byte = bytes[position]
                position += 1
                if byte == ASCII.quote {
                    address.append(byte)
                    copyQuoted(to: &address)
                } else if byte == UInt8(ascii: "(") {
                    skipComment()
                } else if !MailCharacter.isWhiteSpace(byte) {
                    address.append(byte)
                }
            }
            position = min(position + 1, bytes.count)
            return address
        }

        private mutating func copyQuoted(to address: inout [UInt8]) {
            while position < bytes.count {
                let byte = bytes[position]
                address.append(byte)
                position += 1
                if byte == ASCII.quote { return }
                if byte == ASCII.backslash, position < bytes.count {
                    address.append(bytes[position])
                    position += 1
                }
            }
        }
    }
}
