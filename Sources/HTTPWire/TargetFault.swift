/// Why the text of a target cannot be decoded. Permanent; the framing is sound, so the connection may go on after the
/// answer (400).
public enum TargetFault: Error, Hashable, Sendable {
    /// `%` without two hexadecimal digits after it (RFC 3986 §2.1).
    case escapeInvalid
    /// `%00`: no name that we keep holds NUL, and C text ends at one.
    case nulEscaped
    /// What the escapes stand for is not UTF-8. Repaired text would make two targets equal that are not.
    case notUTF8
    /// More segments or pairs than `limit`.
    case partsExceeded(limit: Int)
}
