import Base

/// One header field that a caller adds, checked so that no value can end its line and begin another.
public struct HeaderField: Hashable, Sendable {
    /// As given; header names compare without regard to case.
    public let name: String
    /// Text of any script: it is folded, and encoded where need be, when it is written.
    public let value: String

    public init(name: String, value: String) throws(MailFormatError) {
        guard Self.isValidName(name) else { throw .invalidHeaderName }
        guard value.utf8.count <= MailLimits.headerValueMax else { throw .headerValueTooLong }
        guard Self.isValidValue(value) else { throw .controlCharacterInHeader }
        self.name = name
        self.value = value
    }

    /// RFC 5322 §2.2: visible ASCII characters but the colon.
    public static func isValidName(_ name: String) -> Bool {
        (1...MailLimits.headerNameMax).contains(name.utf8.count)
            && name.utf8.allSatisfy { ASCII.isVisible($0) && $0 != ASCII.colon }
    }

    /// No control character but the tab, which is white space (RFC 5322 §2.2.2).
    public static func isValidValue(_ value: String) -> Bool {
        !value.unicodeScalars.contains { $0 != "\t" && MailCharacter.isLineBreaking($0) }
    }

    /// Whether `name` is a field that a message gets from elsewhere: from its own members, from its structure, from
    /// the servers it passes, from its signatures. Callers who ask for one are refused.
    public static func isReserved(_ name: String) -> Bool {
        let name = name.asciiLowercased
        return reservedNames.contains(name) || reservedPrefixes.contains(where: name.hasPrefix)
    }

    private static let reservedNames: Set<String> = [
        // RFC 5322 §3.6.1 to §3.6.5: these come from the content, and Sender would name an author who was not checked.
        "date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "subject",
        // RFC 5322 §3.6.7, RFC 8601: what servers say of a message.
        "return-path", "received", "authentication-results", "delivered-to",
        // RFC 2045 §4, RFC 6376 §3.5
        "mime-version", "dkim-signature",
    ]
    /// RFC 2045 §9, RFC 5322 §3.6.6, RFC 8617 §4.1
    private static let reservedPrefixes = ["content-", "resent-", "arc-"]
}
