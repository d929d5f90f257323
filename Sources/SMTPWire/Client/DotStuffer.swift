import Base

/// Why content cannot be sent: in SMTP, CR and LF appear only together (RFC 5321 §2.3.8), and a server that reads a
/// lone one as a line end could be made to see commands in a message.
public enum ContentError: Error, Hashable, Sendable {
    case bareCarriageReturn
    case bareLineFeed
}

/// Makes message content transparent for DATA (RFC 5321 §4.5.2), chunk by chunk. Where the chunks are cut never
/// changes the result. After an error the instance is of no further use, and what it wrote must not be sent.
public struct DotStuffer: Sendable {
    private enum Place: Sendable {
        case lineStart
        case inLine
        case afterCarriageReturn
    }

    private var place = Place.lineStart

    public init() {}

    /// Appends `chunk` to `output`, doubling each dot that begins a line. Bytes are copied in runs between such dots.
    public mutating func append(_ chunk: [UInt8], to output: inout [UInt8]) throws(ContentError) {
        let bytes = chunk.span
        var place = self.place
        var copied = 0
        var index = 0
        output.reserveCapacity(output.count + chunk.count)
        while index < bytes.count {
            if place == .inLine {
                index = Self.endOfText(bytes, from: index)
                if index == bytes.count { break }
            }
            switch (place, bytes[index]) {
            case (.afterCarriageReturn, ASCII.lineFeed): place = .lineStart
            case (.afterCarriageReturn, _): throw .bareCarriageReturn
            case (_, ASCII.lineFeed): throw .bareLineFeed
            case (_, ASCII.carriageReturn): place = .afterCarriageReturn
            case (.lineStart, ASCII.period):
                output.append(contentsOf: chunk[copied..<index])
                output.append(ASCII.period)
                copied = index
                place = .inLine
            default: place = .inLine
            }
            index += 1
        }
        output.append(contentsOf: chunk[copied...])
        self.place = place
    }

    /// The first byte at or after `start` that could end a line. Nearly all bytes are passed here, several times
    /// faster than through the cases above.
    private static func endOfText(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let last = ASCII.carriageReturn
        var index = start
        while index < bytes.count, bytes[index] > last { index += 1 }
        return index
    }

    /// Appends the end of the content (RFC 5321 §4.1.1.4): a line end where the last line has none, and the dot.
    public mutating func finish(_ output: inout [UInt8]) throws(ContentError) {
        switch place {
        case .afterCarriageReturn: throw .bareCarriageReturn
        case .inLine: output.append(literal: "\r\n.\r\n")
        case .lineStart: output.append(literal: ".\r\n")
        }
        place = .lineStart
    }
}
