import Base

/// Where one field line's name and value stand in a head.
struct FieldLine: Sendable {
    let name: ByteRange
    /// Without the white space at its ends.
    let value: ByteRange

    /// Reads `field-name ":" OWS field-value OWS` (RFC 9112 §5), given without its CRLF.
    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(FramingFault) {
        let colon = try Self.endOfName(bytes, line)
        try Self.validateValue(bytes, colon + 1..<line.upperBound)
        name = ByteRange(line.lowerBound..<colon)
        value = ByteRange(bytes.trimmingWhitespace(colon + 1..<line.upperBound))
    }

    private static func endOfName(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(FramingFault) -> Int {
        var index = line.lowerBound
        while index < line.upperBound, ByteClass.isToken(bytes[index]) { index += 1 }
        guard index < line.upperBound, bytes[index] == ASCII.colon, index > line.lowerBound else {
            throw nameFault(bytes, line, at: index)
        }
        return index
    }

    /// Which fault it is that the name's token ends at `index` and not at a colon.
    private static func nameFault(_ bytes: Span<UInt8>, _ line: Range<Int>, at index: Int) -> FramingFault {
        if bytes[line.lowerBound].isBlank { return .lineFolded }  // RFC 9112 §5.2, §2.2
        guard index < line.upperBound else { return .colonMissing }
        let nextVisible = bytes.trimmingWhitespace(index..<line.upperBound).lowerBound
        if nextVisible > index, nextVisible < line.upperBound, bytes[nextVisible] == ASCII.colon {
            return .fieldNameWhitespace  // RFC 9112 §5.1
        }
        return bytes[index] == ASCII.carriageReturn ? .bareCarriageReturn : .fieldNameInvalid
    }

    /// Visible characters, SP, HTAB and obs-text; nothing else (RFC 9110 §5.5).
    private static func validateValue(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(FramingFault) {
        guard let index = ByteScan.firstLineControl(in: bytes, range) else { return }
        throw bytes[index] == ASCII.carriageReturn ? .bareCarriageReturn : .fieldValueInvalid
    }
}
