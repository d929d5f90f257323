import Base

/// What came from a client and was not looked at yet, cut into lines. Only CRLF ends a line (RFC 5321 §2.3.8). A value
/// of one owner.
struct ServerInput: Sendable {
    enum Line {
        /// Without its end.
        case whole(ArraySlice<UInt8>)
        /// It was dropped, up to its end.
        case tooLong
        /// A CR or an LF stands alone.
        case bareLineEnd
        /// Its end has not come.
        case unfinished
    }

    private(set) var bytes: [UInt8] = []
    /// Everything before it was looked at.
    private(set) var position = 0
    /// Up to here there is no end of a line.
    private var searched = 0
    /// The line at hand is too long, and what came of it is gone.
    private(set) var isDroppingLine = false

    /// Whether something came that has not been looked at.
    var hasMore: Bool { position < bytes.count }

    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// Everything up to there was looked at.
    mutating func consume(upTo index: Int) { position = index }

    mutating func clear() { self = ServerInput() }

    /// Forgets what was looked at. When no line that is cut from it is in use: then its memory serves again.
    mutating func release() {
        if position == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= SMTPLimits.inputKeptOctets)
        } else if position > SMTPLimits.inputKeptOctets {
            bytes.removeSubrange(..<position)
        } else {
            return
        }
        position = 0
        searched = 0
    }

    /// The next line, of at most so many octets with its end.
    mutating func nextLine(_ octetsMax: Int) -> Line {
        if let end = lineEnd() {
            // Whether a CR is one half of a line end shows the next byte.
            if bytes[end] == ASCII.carriageReturn, end + 1 == bytes.count { return unfinished(octetsMax) }
            guard bytes[end] == ASCII.carriageReturn, bytes[end + 1] == ASCII.lineFeed else { return .bareLineEnd }
            let line = bytes[position..<end]
            consume(upTo: end + 2)
            defer { isDroppingLine = false }
            return isDroppingLine || line.count + 2 > octetsMax ? .tooLong : .whole(line)
        }
        return unfinished(octetsMax)
    }

    private mutating func unfinished(_ octetsMax: Int) -> Line {
        if bytes.count - position > octetsMax { isDroppingLine = true }
        if isDroppingLine {
            // A CR may be half of the line's end.
            consume(upTo: bytes.last == ASCII.carriageReturn ? bytes.count - 1 : bytes.count)
        }
        return .unfinished
    }

    /// The first CR or LF that was not looked at. What was searched before is not searched again, or a client that
    /// sends byte by byte would cost the square of its line.
    private mutating func lineEnd() -> Int? {
        searched = Self.lineEnd(in: bytes.span, from: max(position, searched))
        return searched < bytes.count ? searched : nil
    }

    private static func lineEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != ASCII.lineFeed, bytes[index] != ASCII.carriageReturn { index += 1 }
        return index
    }
}
