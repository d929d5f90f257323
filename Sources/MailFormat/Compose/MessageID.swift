import Base

/// The identity of a message, without the angle brackets it stands in (RFC 5322 §3.6.4 `msg-id`).
public struct MessageID: Hashable, Sendable {
    /// `left@right`
    public let text: String

    /// Reads `left@right`, in angle brackets or without.
    public init(parsing text: String) throws(MailFormatError) {
        var inner = text[...].utf8
        if inner.first == ASCII.lessThan, inner.last == ASCII.greaterThan { inner = inner.dropFirst().dropLast() }
        // RFC 5322 §3.6.4: `id-left = dot-atom-text`, `id-right = dot-atom-text`; the literal form names no host here.
        guard inner.count <= MailLimits.messageIDMax, let at = inner.firstIndex(of: ASCII.at),
            Self.isDotAtom(inner[..<at]), Self.isDotAtom(inner[at...].dropFirst())
        else { throw .invalidMessageID }
        self.text = String(Substring(inner))
    }

    /// `unique` is a dot-atom that was never used before under `domain`.
    public init(unique: String, domain: DomainName) throws(MailFormatError) {
        try self.init(parsing: "\(unique)@\(domain.text)")
    }

    /// Whether a received Message-ID field identifies anything: `<left@right>` in one piece, of whatever characters
    /// (RFC 5322 §3.6.4, §4.5.4); what readers compare must be there, and stand alone.
    public static func isValid(_ value: [UInt8]) -> Bool {
        guard value.count > 4, value.first == ASCII.lessThan, value.last == ASCII.greaterThan else { return false }
        let inner = value.dropFirst().dropLast()
        guard let at = inner.lastIndex(of: ASCII.at), at > inner.startIndex, at + 1 < inner.endIndex else {
            return false
        }
        return inner.allSatisfy {
            $0 > 0x7F || (ASCII.isVisible($0) && $0 != ASCII.lessThan && $0 != ASCII.greaterThan)
        }
    }

    /// Atoms with one dot between any two of them.
    private static func isDotAtom(_ text: Substring.UTF8View) -> Bool {
        var isBehindAtom = false
        for byte in text {
            guard byte == ASCII.period ? isBehindAtom : MailCharacter.isAtom(byte) else { return false }
            isBehindAtom = byte != ASCII.period
        }
        return isBehindAtom
    }
}

extension MessageID: CustomStringConvertible {
    /// As it stands in a header field: `<left@right>`.
    public var description: String { "<\(text)>" }
}
