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
                index = TextRun.end(in: bytes, from: index)
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
}

/// Looks through content that comes in chunks of a known size (RFC 3030 §2) for line ends that are none.
struct LineEndCheck: Equatable, Sendable {
    private var isAfterCarriageReturn = false

    mutating func read(_ input: ArraySlice<UInt8>) throws(ContentError) {
        let bytes = input.span
        var index = 0
        while index < bytes.count {
            if isAfterCarriageReturn {
                guard bytes[index] == ASCII.lineFeed else { throw .bareCarriageReturn }
                isAfterCarriageReturn = false
            } else {
                index = TextRun.end(in: bytes, from: index)
                if index == bytes.count { break }
                if bytes[index] == ASCII.lineFeed { throw .bareLineFeed }
                isAfterCarriageReturn = bytes[index] == ASCII.carriageReturn
            }
            index += 1
        }
    }

    func finish() throws(ContentError) {
        if isAfterCarriageReturn { throw .bareCarriageReturn }
    }
}

/// Finds where a line could end, eight bytes at a time: every octet of every message passes here.
private enum TextRun {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The first byte at or after `start` that is CR or below it; the length of `bytes` where there is none.
    @inline(__always)
    static func end(in bytes: Span<UInt8>, from start: Int) -> Int {
        // Bytes have no padding, every bit pattern is a UInt64, and the load checks its bounds.
        let words = unsafe bytes.bytes
        var index = start
        while index &+ 8 <= bytes.count {
            let word = unsafe UInt64(littleEndian: words.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            // Marks the bytes below CR + 1. A borrow can mark a byte wrongly only above one that is marked rightly.
            let marks = (word &- ones &* UInt64(ASCII.carriageReturn + 1)) & ~word & highBits
            if marks != 0 { return index &+ marks.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < bytes.count, bytes[index] > ASCII.carriageReturn { index &+= 1 }
        return index
    }
}
