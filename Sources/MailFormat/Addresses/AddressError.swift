/// Why a text is no address. All are permanent: the same text fails again. None carries the text.
public enum AddressError: Error, Hashable, Sendable {
    case missingAtSign
    case missingLocalPart
    case missingDomain
    case addressTooLong
    case localPartTooLong
    case domainTooLong
    case labelTooLong
    case displayNameTooLong
    /// A character that may not stand where it stands, controls and white space among them.
    case invalidCharacter
    /// A dot at the start, at the end, or beside another.
    case misplacedDot
    /// RFC 5891 §4.2.3.1, RFC 1123 §2.1: a label that begins or ends with a hyphen.
    case misplacedHyphen
    /// A quotation mark that is not closed, or text beside a quoted local part.
    case malformedQuotedString
    /// Brackets around what is no IPv4 or IPv6 address.
    case malformedAddressLiteral
    /// Angle brackets that do not stand around the last thing in the text.
    case malformedMailbox
}
