import Base

/// The name of a field: a token (RFC 9110 §5.1), equal to another without regard to case.
package struct FieldName: Hashable, Sendable {
    /// As it is written on the wire; case is kept.
    package let text: String

    /// nil where `text` is not a token.
    package init?(_ text: String) {
        guard Self.isToken(text.utf8Span.span) else { return nil }
        self.text = text
    }

    private init(known text: String) { self.text = text }

    private static func isToken(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !ByteClass.isToken(text[index]) { return false }
        return !text.isEmpty
    }

    package static func == (left: FieldName, right: FieldName) -> Bool {
        left.text.utf8Span.span.equalsIgnoringCase(right.text.utf8Span.span)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(ASCII.lowercased(byte)) }
    }

    // Computed, not stored: the optimiser folds each into a constant, where a stored one costs a check per use.
    package static var accept: FieldName { FieldName(known: "Accept") }
    package static var allow: FieldName { FieldName(known: "Allow") }
    package static var authorization: FieldName { FieldName(known: "Authorization") }
    package static var cacheControl: FieldName { FieldName(known: "Cache-Control") }
    package static var connection: FieldName { FieldName(known: "Connection") }
    package static var contentEncoding: FieldName { FieldName(known: "Content-Encoding") }
    package static var contentLength: FieldName { FieldName(known: "Content-Length") }
    package static var contentType: FieldName { FieldName(known: "Content-Type") }
    package static var date: FieldName { FieldName(known: "Date") }
    package static var expect: FieldName { FieldName(known: "Expect") }
    package static var host: FieldName { FieldName(known: "Host") }
    package static var idempotencyKey: FieldName { FieldName(known: "Idempotency-Key") }
    package static var location: FieldName { FieldName(known: "Location") }
    package static var retryAfter: FieldName { FieldName(known: "Retry-After") }
    package static var server: FieldName { FieldName(known: "Server") }
    package static var transferEncoding: FieldName { FieldName(known: "Transfer-Encoding") }
    package static var userAgent: FieldName { FieldName(known: "User-Agent") }
    package static var forwardedFor: FieldName { FieldName(known: "X-Forwarded-For") }
    package static var wwwAuthenticate: FieldName { FieldName(known: "WWW-Authenticate") }
}

extension FieldName: ExpressibleByStringLiteral {
    /// A literal is the programmer's: one that is no token stops the program at its first use.
    package init(stringLiteral text: String) {
        guard let name = FieldName(text) else { preconditionFailure("a field name literal that is not a token") }
        self = name
    }
}
