import Base

/// Finds the lines of a request head and hands each to the builder. Remembers what it has looked at, so that a head
/// which comes byte by byte costs no more than one which comes at once.
struct HeadReader {
    private var builder = HeadBuilder()
    /// Offsets in the head: where the current line begins, and up to where it is known to hold no line feed.
    private var lineStart = 0
    private var scanned = 0
    private var emptyLines = 0

    /// Reads `input` from `position`, where the head begins or the same head began before. `position` is moved behind
    /// empty lines, and behind the head when that is returned. nil where more bytes are needed.
    mutating func read(
        _ input: [UInt8], from position: inout Int, limits: borrowing HTTPLimits
    ) throws(FramingFault) -> RequestHead? {
        guard try skipEmptyLines(input, &position, limit: limits.leadingEmptyLines) else { return nil }
        let bytes = input.span.extracting(position..<input.count)
        while let line = try nextLine(bytes, limits: limits) {
            if line.isEmpty {
                let head = try builder.finish(bytes: Array(input[position..<position + lineStart]))
                position += lineStart
                self = HeadReader()
                return head
            }
            if builder.hasRequestLine {
                try builder.addFieldLine(bytes, line, limits: limits)
            } else {
                try builder.addRequestLine(bytes, line, limits: limits)
            }
        }
        return nil
    }

    /// RFC 9112 §2.2: at least one empty line before a request line is passed over. False where more bytes are needed.
    private mutating func skipEmptyLines(
        _ input: [UInt8], _ position: inout Int, limit: Int
    ) throws(FramingFault) -> Bool {
        guard lineStart == 0 else { return true }
        while position < input.count, input[position] == ASCII.carriageReturn {
            guard position + 1 < input.count else { return false }
            guard input[position + 1] == ASCII.lineFeed else { throw .bareCarriageReturn }
            emptyLines += 1
            guard emptyLines <= limit else { throw .leadingEmptyLinesExceeded(limit: limit) }
            position += 2
        }
        guard position < input.count else { return false }
        // Who speaks no HTTP at all (TLS, say) is told so at its first byte, since no line feed may ever come.
        guard ByteClass.isToken(input[position]) else {
            throw input[position] == ASCII.lineFeed ? .bareLineFeed : .methodInvalid
        }
        return true
    }

    /// The next line without its CRLF; nil where its end is not here.
    private mutating func nextLine(
        _ bytes: Span<UInt8>, limits: borrowing HTTPLimits
    ) throws(FramingFault) -> Range<Int>? {
        guard let lineFeed = ByteScan.firstLineFeed(in: bytes, from: scanned) else {
            scanned = bytes.count
            guard bytes.count < limits.headBytes else { throw tooLarge(limits) }
            return nil
        }
        guard lineFeed < limits.headBytes else { throw tooLarge(limits) }
        guard lineFeed > lineStart, bytes[lineFeed - 1] == ASCII.carriageReturn else { throw .bareLineFeed }
        let line = lineStart..<lineFeed - 1
        lineStart = lineFeed + 1
        scanned = lineStart
        return line
    }

    private func tooLarge(_ limits: borrowing HTTPLimits) -> FramingFault {
        builder.hasRequestLine
            ? .headTooLarge(limit: limits.headBytes) : .targetTooLong(limit: limits.targetBytes)
    }
}
