import Base

/// The productions of RFC 5321 §4.1.2 and §4.1.3 that both sides need, with the additions of RFC 6531 §3.3: every
/// octet above 0x7F is a letter. Input is UTF-8 because it came from a `String`.
enum SMTPGrammar {
    /// `Domain` or `address-literal`: what follows EHLO, and what follows `@`.
    static func isDomainOrLiteral(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "[") ? isAddressLiteral(bytes) : isDomain(bytes)
    }

    static func isLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == ASCII.quote ? quotedStringOctets(bytes) == bytes.count : isDotString(bytes)
    }

    /// The length of the `Quoted-string` that `bytes` begins with; nil where there is none.
    static func quotedStringOctets(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.first == ASCII.quote else { return nil }
        var isEscaped = false
        for (offset, byte) in bytes.enumerated().dropFirst() {
            guard !ASCII.isControl(byte) else { return nil }
            if isEscaped {
                isEscaped = false
            } else if byte == ASCII.quote {
                return offset + 1
            } else {
                isEscaped = byte == ASCII.backslash
            }
        }
        return nil
    }

    /// `Dot-string`, but dots may stand anywhere: mailboxes such as `a..b` and `a.` were handed out in numbers by
    /// large providers, and a dot too many cannot change the shape of a command.
    private static func isDotString(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { isAtomText($0) || $0 == ASCII.period }
    }

    /// `atext` of RFC 5322 §3.2.3: visible, and none of the specials.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        byte > ASCII.delete || (ASCII.isVisible(byte) && !specials.contains(byte))
    }

    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.split(separator: ASCII.period, omittingEmptySubsequences: false).allSatisfy(isSubDomain)
    }

    private static func isSubDomain(_ label: ArraySlice<UInt8>) -> Bool {
        (1...SMTPLimits.domainLabelOctetsMax).contains(label.count)
            && label.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen || $0 > ASCII.delete }
            && label.first != ASCII.hyphen && label.last != ASCII.hyphen
    }

    /// RFC 5321 §4.1.3, as the `General-address-literal` that every literal fits: `dcontent` in brackets.
    private static func isAddressLiteral(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count > 2, bytes.last == UInt8(ascii: "]") else { return false }
        return bytes.dropFirst().dropLast().allSatisfy { ASCII.isVisible($0) && !(0x5B...0x5D).contains($0) }
    }

    private static let specials = Array("()<>[]:;@\\,.\"".utf8)
}
