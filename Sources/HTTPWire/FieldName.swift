import Base

/// The name of a field: a token (RFC 9110 §5.1), equal to another without regard to case.
public struct FieldName: Hashable, Sendable {
    /// As it is written on the wire; case is kept.
    public let text: String

    /// nil where `text` is not a token.
    public init?(_ text: String) {
        guard Self.isToken(text.utf8Span.span) else { return nil }
        self.text = text
    }

    private init(known text: String) { self.text = text }

    private static func isToken(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !ByteClass.isToken(text[index]) { return false }
        return !text.isEmpty
    }

    public static func == (left: FieldName, right: FieldName) -> Bool {
        left.text.utf8Span.span.equalsIgnoringCase(right.text.utf8Span.span)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(ASCII.lowercased(byte)) }
    }

    // Computed, not stored: the optimiser folds each into a constant, where a stored one costs a check per use.
    public static var accept: FieldName { FieldName(known: "Accept") }
    public static var allow: FieldName { FieldName(known: "Allow") }
    public static var authorization: FieldName { FieldName(known: "Authorization") }
    public static var cacheControl: FieldName { FieldName(known: "Cache-Control") }
    public static var connection: FieldName { FieldName(known: "Connection") }
    public static var contentEncoding: FieldName { FieldName(known: "Content-Encoding") }
    public static var contentLength: FieldName { FieldName(known: "Content-Length") }
    public static var contentType: FieldName { FieldName(known: "Content-Type") }
    public static var date: FieldName { FieldName(known: "Date") }
    public static var expect: FieldName { FieldName(known: "Expect") }
    public static var host: FieldName { FieldName(known: "Host") }
    public static var idempotencyKey: FieldName { FieldName(known: "Idempotency-Key") }
    public static var location: FieldName { FieldName(known: "Location") }
    public static var retryAfter: FieldName { FieldName(known: "Retry-After") }
    public static var server: FieldName { FieldName(known: "Server") }
    public static var transferEncoding: FieldName { FieldName(known: "Transfer-Encoding") }
    public static var userAgent: FieldName { FieldName(known: "User-Agent") }
    public static var forwardedFor: FieldName { FieldName(known: "X-Forwarded-For") }
    public static var wwwAuthenticate: FieldName { FieldName(known: "WWW-Authenticate") }
}

extension FieldName: ExpressibleByStringLiteral {
    /// A literal is the programmer's: one that is no token stops the program at its first use.
    public init(stringLiteral text: String) {
        guard let name = FieldName(text) else { preconditionFailure("a field name literal that is not a token") }
        self = name
    }
}
