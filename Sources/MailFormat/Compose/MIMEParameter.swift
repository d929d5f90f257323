import Base

/// A parameter of a MIME header field: `name="value"` where ASCII does, else RFC 2231's extended form.
enum MIMEParameter {
    /// The longest value kept in one piece, so that name and value fit a line.
    private static let segmentMax = 48

    /// Appends `; name=value`.
    static func append(_ name: String, _ value: String, to writer: inout FieldWriter) {
        let bytes = Array(value.utf8)
        if bytes.count <= segmentMax, bytes.allSatisfy(MailCharacter.isPrintable) {
            writer.glue(";")
            writer.append(Array("\(name)=\"".utf8) + HeaderEncoder.escaped(bytes) + [ASCII.quote])
            return
        }
        let segments = extendedSegments(value)
        for (index, segment) in segments.enumerated() {
            // RFC 2231 §4.1: sections are numbered from zero; a single one bears no number. The first names the
            // charset.
            let section = segments.count > 1 ? "*\(index)" : ""
            writer.glue(";")
            writer.append(Array("\(name)\(section)*=\(index == 0 ? "UTF-8''" : "")".utf8) + segment)
        }
    }

    /// The percent-encoded value in pieces, each of whole characters.
    private static func extendedSegments(_ value: String) -> [[UInt8]] {
        var segments: [[UInt8]] = [[]]
        for scalar in value.unicodeScalars {
            var encoded: [UInt8] = []
            for byte in String(scalar).utf8 {
                if isAttributeCharacter(byte) {
                    encoded.append(byte)
                } else {
                    encoded.appendEscape(byte, mark: percent)
                }
            }
            if segments[segments.count - 1].count + encoded.count > segmentMax { segments.append([]) }
            segments[segments.count - 1].append(contentsOf: encoded)
        }
        return segments
    }

    private static let percent = UInt8(ascii: "%")
    private static let extendedMarks = Array("*'%".utf8)

    /// RFC 2231 §7: `attribute-char`
    private static func isAttributeCharacter(_ byte: UInt8) -> Bool {
        MailCharacter.isToken(byte) && !extendedMarks.contains(byte)
    }
}
