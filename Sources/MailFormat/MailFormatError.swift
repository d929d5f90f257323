/// Why a name and a value make no header field, or a part of a message was refused. All are permanent.
public enum MailFormatError: Error, Hashable, Sendable {
    /// Empty, too long, or with a character outside RFC 5322 §2.2's field names.
    case invalidHeaderName
    /// CR, LF, NUL or another control in a header value: the attempt to write a header of its own.
    case controlCharacterInHeader
    case headerValueTooLong
    /// Not `left@right` with RFC 5322 §3.6.4's characters.
    case invalidMessageID
    case invalidContentID
    /// Empty, too long, or with a control character.
    case invalidFileName
    /// What was received does not begin with a header (RFC 5322 §2.1).
    case malformedHeader
}
