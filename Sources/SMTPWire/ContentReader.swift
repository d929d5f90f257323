import Base

/// Reads message content from DATA (RFC 5321 §4.5.2), chunk by chunk: only CRLF ends a line, only CRLF.CRLF ends the
/// content. Where the chunks are cut never changes the result.
struct ContentReader: Sendable {
    private enum Place: Sendable {
        case lineStart
        case inLine
        case afterCarriageReturn
        case afterDot
        case afterDotCarriageReturn
    }

    /// How far a chunk brought the content.
    enum Progress: Equatable {
        case more
        /// The content ended, and what remains of the chunk begins at this index.
        case ended(next: Int)
    }

    private var place = Place.lineStart
    /// Nil: what comes is not kept.
    private(set) var content: [UInt8]? = []
    /// All content octets so far, also those that were not kept.
    private(set) var octets = 0

    /// Stops keeping what comes, and gives back what was kept.
    mutating func discard() { content = nil }

    /// Gives the content away, as a value of one owner.
    mutating func takeContent() -> [UInt8]? {
        defer { content = nil }
        return content
    }

    /// Reads `input` from `start` on. Bytes are copied in runs between such dots as have to be dropped.
    mutating func read(_ input: [UInt8], from start: Int) throws(ContentError) -> Progress {
        let bytes = input.span
        var place = self.place
        var index = start
        var run = start
        while index < bytes.count {
            switch place {
            case .inLine:
                index = Self.endOfText(bytes, from: index)
                if index == bytes.count { break }
                if bytes[index] == ASCII.lineFeed { throw .bareLineFeed }
                place = bytes[index] == ASCII.carriageReturn ? .afterCarriageReturn : .inLine
                index += 1
            case .afterCarriageReturn:
                guard bytes[index] == ASCII.lineFeed else { throw .bareCarriageReturn }
                place = .lineStart
                index += 1
            case .lineStart:
                guard bytes[index] == ASCII.period else {
                    place = .inLine
                    continue
                }
                keep(input, run, index)
                index += 1
                run = index
                place = .afterDot
            case .afterDot:
                guard bytes[index] == ASCII.carriageReturn else {
                    place = .inLine
                    continue
                }
                index += 1
                run = index
                place = .afterDotCarriageReturn
            case .afterDotCarriageReturn:
                guard bytes[index] == ASCII.lineFeed else { throw .bareCarriageReturn }
                return .ended(next: index + 1)
            }
        }
        keep(input, run, index)
        self.place = place
        return .more
    }

    private mutating func keep(_ input: [UInt8], _ start: Int, _ end: Int) {
        octets += end - start
        content?.append(contentsOf: input[start..<end])
    }

    /// The first byte at or after `start` that could be a line end.
    private static func endOfText(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let last = ASCII.carriageReturn
        var index = start
        while index < bytes.count, bytes[index] > last { index += 1 }
        return index
    }
}

/// Looks through content that comes in chunks of a known size (RFC 3030 §2) for line ends that are none.
struct LineEndCheck: Equatable, Sendable {
    private var isAfterCarriageReturn = false

    mutating func read(_ input: ArraySlice<UInt8>) throws(ContentError) {
        for byte in input {
            if isAfterCarriageReturn {
                guard byte == ASCII.lineFeed else { throw .bareCarriageReturn }
                isAfterCarriageReturn = false
            } else if byte == ASCII.lineFeed {
                throw .bareLineFeed
            } else {
                isAfterCarriageReturn = byte == ASCII.carriageReturn
            }
        }
    }

    func finish() throws(ContentError) {
        if isAfterCarriageReturn { throw .bareCarriageReturn }
    }
}
