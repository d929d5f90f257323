import Base

/// Takes the chunked coding off one body (RFC 9112 §7.1). Lines are judged once, when their line feed is here.
struct ChunkedReader {
    private var state = State.sizeLine
    /// How much of the current line is known to hold no line feed.
    private var scanned = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerLines = 0

    private enum State {
        case sizeLine
        case data(remaining: Int)
        case dataEnd
        case trailer
        case ended
    }

    /// Reads `input` from `position` on, as far as it goes, and moves `position` behind what is used up. True when the
    /// body has ended.
    mutating func read(
        _ input: [UInt8], from position: inout Int, into body: inout [UInt8], bodyLimit: Int,
        limits: borrowing HTTPLimits
    ) throws(FramingFault) -> Bool {
        while true {
            let advanced: Bool
            switch state {
            case .sizeLine:
                guard let size = try readSize(input, &position, limits: limits) else { return false }
                guard size <= bodyLimit - body.count else { throw .bodyTooLarge(limit: bodyLimit) }
                state = size == 0 ? .trailer : .data(remaining: size)
                advanced = true
            case .data(let remaining):
                advanced = readData(input, &position, remaining: remaining, into: &body)
            case .dataEnd:
                advanced = try readDataEnd(input, &position)
            case .trailer:
                advanced = try readTrailerLine(input, &position, limits: limits)
            case .ended:
                return true
            }
            if !advanced { return false }
        }
    }

    /// chunk-size [ chunk-ext ] CRLF
    private mutating func readSize(
        _ input: [UInt8], _ position: inout Int, limits: borrowing HTTPLimits
    ) throws(FramingFault) -> Int? {
        let longest = limits.chunkSizeDigits + limits.chunkExtensionBytes - extensionBytes
        let tooLong = FramingFault.chunkExtensionsTooLong(limit: limits.chunkExtensionBytes)
        guard let line = try nextLine(input, &position, longest: longest, fault: tooLong) else { return nil }
        let bytes = input.span
        var end = line.lowerBound
        while end < line.upperBound, ASCII.hexValue(bytes[end]) != nil { end += 1 }
        let size = try Self.size(bytes, line.lowerBound..<end, digitLimit: limits.chunkSizeDigits)
        extensionBytes += line.upperBound - end
        guard extensionBytes <= limits.chunkExtensionBytes else { throw tooLong }
        guard ChunkExtensions.isValid(bytes, end..<line.upperBound) else { throw .chunkExtensionInvalid }
        return size
    }

    /// 1*HEXDIG, whose value RFC 9112 §7.1 warns may overflow.
    private static func size(
        _ bytes: Span<UInt8>, _ range: Range<Int>, digitLimit: Int
    ) throws(FramingFault) -> Int {
        guard !range.isEmpty else { throw .chunkSizeInvalid }
        guard range.count <= digitLimit else { throw .chunkSizeOverflow }
        var size = 0
        for index in range {
            guard let digit = ASCII.hexValue(bytes[index]) else { throw .chunkSizeInvalid }
            guard size >> (Int.bitWidth - 5) == 0 else { throw .chunkSizeOverflow }
            size = size << 4 | Int(digit)
        }
        return size
    }

    private mutating func readData(
        _ input: [UInt8], _ position: inout Int, remaining: Int, into body: inout [UInt8]
    ) -> Bool {
        let count = min(remaining, input.count - position)
        body.append(contentsOf: input[position..<position + count])
        position += count
        state = count == remaining ? .dataEnd : .data(remaining: remaining - count)
        return count == remaining
    }

    private mutating func readDataEnd(_ input: [UInt8], _ position: inout Int) throws(FramingFault) -> Bool {
        guard input.count - position >= 2 else { return false }
        guard input[position] == ASCII.carriageReturn, input[position + 1] == ASCII.lineFeed else {
            throw .chunkDataUnterminated
        }
        position += 2
        state = .sizeLine
        return true
    }

    /// trailer-section (RFC 9112 §7.1.2): held to the syntax of fields, then dropped.
    private mutating func readTrailerLine(
        _ input: [UInt8], _ position: inout Int, limits: borrowing HTTPLimits
    ) throws(FramingFault) -> Bool {
        let tooLarge = FramingFault.trailerTooLarge(limit: limits.trailerBytes)
        // Two bytes of what is allowed are the line's own CRLF.
        let longest = limits.trailerBytes - trailerBytes - 2
        guard let line = try nextLine(input, &position, longest: longest, fault: tooLarge) else { return false }
        trailerBytes += line.count + 2
        guard !line.isEmpty else {
            state = .ended
            return true
        }
        guard trailerLines < limits.fieldLines else { throw .fieldLinesExceeded(limit: limits.fieldLines) }
        trailerLines += 1
        _ = try FieldLine(input.span, line)
        return true
    }

    /// The line at `position` without its CRLF, which `position` is moved behind; nil where its end is not here.
    private mutating func nextLine(
        _ input: [UInt8], _ position: inout Int, longest: Int, fault: FramingFault
    ) throws(FramingFault) -> Range<Int>? {
        let bytes = input.span.extracting(position..<input.count)
        guard let lineFeed = ByteScan.firstLineFeed(in: bytes, from: scanned) else {
            scanned = bytes.count
            // The CR that ends the longest line may be here already.
            guard bytes.count <= longest + 1 else { throw fault }
            return nil
        }
        guard lineFeed <= longest + 1 else { throw fault }
        guard lineFeed > 0, bytes[lineFeed - 1] == ASCII.carriageReturn else { throw .bareLineFeed }
        let line = position..<position + lineFeed - 1
        position += lineFeed + 1
        scanned = 0
        return line
    }
}
