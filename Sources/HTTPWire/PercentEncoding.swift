import Base

/// Percent-decoding (RFC 3986 §2.1).
enum PercentEncoding {
    /// The text of one part that has been cut out already, so that an escaped delimiter stays inside it.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) throws(TargetFault) -> String {
        // Nearly every part of every target is plain, and a plain one needs no second look.
        if isPlain(bytes.span, plusIsSpace: plusIsSpace) { return String(decoding: bytes, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == percent {
                decoded.append(try escape(bytes, at: index))
                index += 3
            } else {
                decoded.append(plusIsSpace && bytes[index] == ASCII.plus ? ASCII.space : bytes[index])
                index += 1
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    /// ASCII without anything to decode.
    private static func isPlain(_ bytes: Span<UInt8>, plusIsSpace: Bool) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x80 || byte == percent || byte == ASCII.plus && plusIsSpace { return false }
        }
        return true
    }

    private static let percent = UInt8(ascii: "%")

    private static func escape(_ bytes: ArraySlice<UInt8>, at index: Int) throws(TargetFault) -> UInt8 {
        guard index + 2 < bytes.endIndex, let high = ASCII.hexValue(bytes[index + 1]),
            let low = ASCII.hexValue(bytes[index + 2])
        else { throw .escapeInvalid }
        let byte = high << 4 | low
        guard byte != ASCII.nul else { throw .nulEscaped }
        return byte
    }
}
