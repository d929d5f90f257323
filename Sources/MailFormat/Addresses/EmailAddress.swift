import Base

/// A mailbox address as SMTP carries it (RFC 5321 §4.1.2 `Mailbox`), internationalised forms included
/// (RFC 6531 §3.3). RFC 5322's comments, folding white space and obsolete forms are refused: they belong to the
/// header of a message, and no envelope can hold them.
///
/// Two addresses are equal where the local parts are, letter by letter, and the domains are the same name.
public struct EmailAddress: Sendable {
    /// The address as it was given.
    public let text: String
    /// As given, with its quotation marks where it has them.
    public let localPart: String
    /// Lower case, in A-labels: `xn--mnchen-3ya.example`; or an address literal with its brackets.
    public let domain: String

    /// The local part without quotation marks and the backslashes in them: what it says.
    public var unquotedLocalPart: String {
        guard localPart.utf8.first == ASCII.quote else { return localPart }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in localPart.utf8.dropFirst().dropLast() {
            if byte == ASCII.backslash, !isEscaped {
                isEscaped = true
            } else {
                bytes.append(byte)
                isEscaped = false
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the domain is an address literal, which names a host and can have no records.
    public var isAddressLiteral: Bool { domain.utf8.first == UInt8(ascii: "[") }

    /// The address for the envelope and for header fields: the domain in ASCII, the local part as it is.
    public var wireText: String { localPart + "@" + domain }

    /// Whether the local part needs a server that knows SMTPUTF8 (RFC 6531 §3.2).
    public var requiresSMTPUTF8: Bool { !localPart.utf8.allSatisfy { $0 < 0x80 } }

    public init(parsing text: String) throws(AddressError) {
        guard text.utf8.count <= MailLimits.addressMax else { throw .addressTooLong }
        if let at = Self.endOfPlainLocalPart(in: text), let name = DomainName(plain: text.utf8[at...].dropFirst()) {
            self.text = text
            localPart = String(text[..<at])
            domain = name.text
            return
        }
        guard !text.unicodeScalars.contains(where: Self.isForbidden) else { throw .invalidCharacter }
        let bytes = Array(text.utf8)
        let at = try Self.endOfLocalPart(in: bytes)
        guard at <= MailLimits.localPartMax else { throw .localPartTooLong }
        self.text = text
        localPart = String(decoding: bytes[..<at], as: UTF8.self)
        domain = try Self.domain(String(decoding: bytes[(at + 1)...], as: UTF8.self))
        // An A-label may be longer than what it stands for.
        guard wireText.utf8.count <= MailLimits.addressMax else { throw .addressTooLong }
    }

    /// The `@` after a local part of atoms in ASCII, which is what nearly every address has: found in one pass. nil for
    /// every other form, right or wrong.
    private static func endOfPlainLocalPart(in text: String) -> String.Index? {
        var previous = ASCII.period
        var length = 0
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if byte == ASCII.at { return previous == ASCII.period ? nil : index }
            guard MailCharacter.isAtom(byte) || byte == ASCII.period && previous != ASCII.period else { return nil }
            length += 1
            guard length <= MailLimits.localPartMax else { return nil }
            previous = byte
        }
        return nil
    }

    /// RFC 6531 §3.3 lets every character outside ASCII into a local part; those that break lines or pass for a
    /// space are kept out all the same, for they have no honest use.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return ASCII.isControl(UInt8(scalar.value)) }
        return MailCharacter.isLineBreaking(scalar) || scalar.properties.generalCategory == .spaceSeparator
    }

    /// The position of the `@` that ends the local part.
    private static func endOfLocalPart(in bytes: [UInt8]) throws(AddressError) -> Int {
        guard let first = bytes.first else { throw .missingAtSign }
        return first == ASCII.quote ? try endOfQuotedString(in: bytes) : try endOfDotString(in: bytes)
    }

    /// RFC 5321 §4.1.2: `Dot-string = Atom *("." Atom)`
    private static func endOfDotString(in bytes: [UInt8]) throws(AddressError) -> Int {
        var previous = ASCII.period
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case ASCII.at where index == 0: throw .missingLocalPart
            case ASCII.at where previous == ASCII.period: throw .misplacedDot
            case ASCII.at: return index
            case ASCII.period where previous == ASCII.period: throw .misplacedDot
            case ASCII.period: break
            // RFC 6531 §3.3: `atext =/ UTF8-non-ascii`
            default: guard MailCharacter.isAtom(byte) || byte >= 0x80 else { throw .invalidCharacter }
            }
            previous = byte
        }
        throw .missingAtSign
    }

    /// RFC 5321 §4.1.2: `Quoted-string = DQUOTE *QcontentSMTP DQUOTE`
    private static func endOfQuotedString(in bytes: [UInt8]) throws(AddressError) -> Int {
        var index = 1
        while index < bytes.count, bytes[index] != ASCII.quote {
            if bytes[index] == ASCII.backslash {
                index += 1
                // `quoted-pairSMTP = %d92 %d32-126`, which RFC 6531 does not widen.
                guard index < bytes.count, MailCharacter.isPrintable(bytes[index]) else { throw .malformedQuotedString }
            }
            index += 1
        }
        guard index < bytes.count else { throw .malformedQuotedString }
        guard index + 1 < bytes.count else { throw .missingAtSign }
        guard bytes[index + 1] == ASCII.at else { throw .malformedQuotedString }
        return index + 1
    }

    private static func domain(_ text: String) throws(AddressError) -> String {
        guard text.utf8.first == UInt8(ascii: "[") else { return try DomainName(parsing: text).text }
        guard text.utf8.last == UInt8(ascii: "]"), text.utf8.count > 2,
            AddressLiteral.isValid(text.dropFirst().dropLast())
        else { throw .malformedAddressLiteral }
        return text.asciiLowercased
    }
}

extension EmailAddress: Hashable {
    public static func == (left: EmailAddress, right: EmailAddress) -> Bool {
        left.localPart == right.localPart && left.domain == right.domain
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(localPart)
        hasher.combine(domain)
    }
}
