import Base

/// The character classes of RFC 5322 and RFC 2045 that several parsers and writers share.
enum MailCharacter {
    /// `atext` of RFC 5322 §3.2.3.
    static func isAtom(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || atomSpecials.contains(byte)
    }

    /// `token` of RFC 2045 §5.1: any visible character but tspecials.
    static func isToken(_ byte: UInt8) -> Bool { ASCII.isVisible(byte) && !tokenSeparators.contains(byte) }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool { ASCII.isLetter(byte) || ASCII.isDigit(byte) }

    static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }

    /// SP and VCHAR: what may stand in a quoted string, escaped where need be.
    static func isPrintable(_ byte: UInt8) -> Bool { byte == ASCII.space || ASCII.isVisible(byte) }

    /// Characters that end or hide a line: the controls of ASCII and Latin-1, and Unicode's line and paragraph
    /// separators. None has business in an address or a header field.
    static func isLineBreaking(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return ASCII.isControl(UInt8(scalar.value)) }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private static let atomSpecials = Array("!#$%&'*+-/=?^_`{|}~".utf8)
    private static let tokenSeparators = Array("()<>@,;:\\\"/[]?=".utf8)
}
