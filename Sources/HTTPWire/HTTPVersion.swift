import Base

/// The two versions that we speak. A higher minor version of 1 counts as 1.1 (RFC 9110 §2.5).
public enum HTTPVersion: Hashable, Sendable {
    case http10
    case http11

    /// Reads HTTP-version, whose name is case-sensitive (RFC 9112 §2.3).
    init(_ text: Span<UInt8>) throws(FramingFault) {
        guard text.count == 8, text.extracting(0..<5).equals("HTTP/"), ASCII.isDigit(text[5]),
            text[6] == ASCII.period, ASCII.isDigit(text[7])
        else { throw .versionInvalid }
        guard text[5] == UInt8(ascii: "1") else { throw .versionUnsupported }
        self = text[7] == ASCII.zero ? .http10 : .http11
    }
}
