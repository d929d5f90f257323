import Base

/// Appends responses to an output buffer (RFC 9112 §4, §5). The buffer is the connection's: responses to pipelined
/// requests follow one another in it and go out in one write.
public enum ResponseWriter {
    /// Tells a client that waits with its body to send it (RFC 9110 §15.2.1).
    public static let continueResponse = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends status line, fields and body.
    ///
    /// `date` is the value of Date as `HTTPDate.bytes` gives it, which the caller renews once a second. With HEAD the
    /// body is counted and not sent; with a status that forbids content (1xx, 204, 304) it is neither. `sendsBody`:
    /// else the caller does, where `sendsBody(_:_:)` says so.
    public static func append(
        _ response: ResponseHead, body: [UInt8], sendsBody: Bool = true, context: ResponseContext, date: [UInt8],
        to output: inout [UInt8]
    ) {
        let forbidsContent = response.status.forbidsContent
        let sendsBody = sendsBody && Self.sendsBody(response, context)
        // Only once per buffer: to reserve exactly for each of many responses would move all before it each time.
        if output.isEmpty { output.reserveCapacity(headEstimate(response) + (sendsBody ? body.count : 0)) }
        appendLines(response, forbidsContent ? .none : .length(body.count), context, date, to: &output)
        if sendsBody { output.append(contentsOf: body) }
    }

    /// Whether a body follows the head.
    public static func sendsBody(_ response: ResponseHead, _ context: ResponseContext) -> Bool {
        !response.status.forbidsContent && !context.omitsBody
    }

    /// Appends status line and fields of a response whose body is made while it is sent. Where `context.chunks`, chunks
    /// follow and `lastChunk`; else bytes as they are, up to the end of the connection (RFC 9112 §6.3).
    public static func appendHead(
        _ response: ResponseHead, context: ResponseContext, date: [UInt8], to output: inout [UInt8]
    ) {
        // RFC 9112 §6.1: neither for a client that may not know it, nor where there is no content.
        let isChunked = context.chunks && !response.status.forbidsContent
        appendLines(response, isChunked ? .chunked : .none, context, date, to: &output)
    }

    /// Appends one chunk (RFC 9112 §7.1). `bytes` is not empty: an empty chunk is the last one.
    public static func appendChunk(_ bytes: [UInt8], to output: inout [UInt8]) {
        output.append(String(bytes.count, radix: 16))
        output.append(literal: "\r\n")
        output.append(contentsOf: bytes)
        output.append(literal: "\r\n")
    }

    public static let lastChunk = Array("0\r\n\r\n".utf8)

    private enum Framing {
        case none
        case length(Int)
        case chunked
    }

    private static func appendLines(
        _ response: ResponseHead, _ framing: Framing, _ context: ResponseContext, _ date: [UInt8],
        to output: inout [UInt8]
    ) {
        appendStatusLine(response.status, to: &output)
        output.append(literal: "Date: ")
        output.append(contentsOf: date)
        output.append(literal: "\r\n")
        for field in response.fields where !isFraming(field.name) { append(field, to: &output) }
        switch framing {
        case .none: break
        case .length(let length):  // RFC 9110 §8.6
            output.append(literal: "Content-Length: ")
            appendLength(length, to: &output)
            output.append(literal: "\r\n")
        case .chunked: output.append(literal: "Transfer-Encoding: chunked\r\n")
        }
        if !context.keepAlive {
            output.append(literal: "Connection: close\r\n")
        } else if context.announcesKeepAlive {
            output.append(literal: "Connection: keep-alive\r\n")
        }
        output.append(literal: "\r\n")
    }

    /// A server sends its own version, whatever the request's was (RFC 9110 §2.5).
    private static func appendStatusLine(_ status: HTTPStatus, to output: inout [UInt8]) {
        output.append(literal: "HTTP/1.1 ")
        appendCode(status.code, to: &output)
        output.append(ASCII.space)  // stands even before an empty reason (RFC 9112 §4)
        output.append(literal: status.reason)
        output.append(literal: "\r\n")
    }

    /// Three digits (RFC 9112 §4).
    private static func appendCode(_ code: Int, to output: inout [UInt8]) {
        for digit in [code / 100, code / 10 % 10, code % 10] { output.append(ASCII.zero + UInt8(digit)) }
    }

    /// Not the generic `appendDecimal`: it would not be specialised here, and every response passes.
    private static func appendLength(_ length: Int, to output: inout [UInt8]) {
        if length >= 10 { appendLength(length / 10, to: &output) }
        output.append(ASCII.zero + UInt8(length % 10))
    }

    private static func append(_ field: ResponseField, to output: inout [UInt8]) {
        output.append(field.name.text)
        output.append(literal: ": ")
        var start = output.count
        output.append(field.value)
        // A line break in a value would let its author write fields and responses of his own; CR, LF and NUL become
        // spaces (RFC 9110 §5.5), and so do the other control characters.
        while let control = ByteScan.firstLineControl(in: output.span, start..<output.count) {
            output[control] = ASCII.space
            start = control + 1
        }
        output.append(literal: "\r\n")
    }

    /// The fields that only the writer sets.
    private static func isFraming(_ name: FieldName) -> Bool {
        switch name.text.utf8.count {
        case 4: name == .date
        case 10: name == .connection
        case 14: name == .contentLength
        case 17: name == .transferEncoding
        default: false
        }
    }

    /// Enough for the lines that the writer adds itself.
    private static let ownLinesEstimate = 160

    private static func headEstimate(_ response: ResponseHead) -> Int {
        response.fields.reduce(ownLinesEstimate) { $0 + $1.name.text.utf8.count + $1.value.utf8.count + 4 }
    }
}
