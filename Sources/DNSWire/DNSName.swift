import Base

/// A domain name as DNS compares it: a sequence of labels, the letters `A` to `Z` in lower case (RFC 4343 §3).
///
/// Labels are bytes, and may hold any (RFC 2181 §11): underscores, dots, things that are no text. Which of them make a
/// host name is somebody else's question.
public struct DNSName: Hashable, Sendable {
    /// The wire form without compression: each label after its length, the root's zero at the end.
    public let wire: [UInt8]

    public static let root = DNSName(wire: [0])

    /// `wire` is whole, in lower case and within the limits.
    init(wire: [UInt8]) { self.wire = wire }

    /// Reads `_dmarc.example.com`, with or without the dot of the root. nil where a label is empty or too long, or the
    /// whole is. Escapes are not read: a backslash is a byte like any other.
    public init?(_ text: String) {
        var bytes = Array(text.utf8)
        if bytes.last == ASCII.period { bytes.removeLast() }
        var wire: [UInt8] = []
        if !bytes.isEmpty {
            for label in bytes.split(separator: ASCII.period, omittingEmptySubsequences: false) {
                guard (1...DNSLimits.labelBytesMax).contains(label.count) else { return nil }
                wire.append(UInt8(label.count))
                wire.append(contentsOf: label.lazy.map(ASCII.lowercased))
            }
        }
        wire.append(0)
        guard wire.count <= DNSLimits.nameBytesMax else { return nil }
        self.wire = wire
    }

    /// The labels, without the root's.
    public var labels: [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var position = 0
        while wire[position] > 0 {
            let end = position + 1 + Int(wire[position])
            labels.append(wire[position + 1..<end])
            position = end
        }
        return labels
    }

    /// Without the dot of the root at its end; `.` for the root alone. What is no visible ASCII, and a dot or backslash
    /// inside a label, is escaped as RFC 1035 §5.1 does.
    public var text: String {
        var text: [UInt8] = []
        for label in labels {
            if !text.isEmpty { text.append(ASCII.period) }
            for byte in label { Self.append(byte, to: &text) }
        }
        return text.isEmpty ? "." : String(decoding: text, as: UTF8.self)
    }

    private static func append(_ byte: UInt8, to text: inout [UInt8]) {
        if byte == ASCII.period || byte == ASCII.backslash {
            text.append(ASCII.backslash)
            text.append(byte)
        } else if ASCII.isVisible(byte) {
            text.append(byte)
        } else {
            text.append(ASCII.backslash)
            text.appendDecimal(byte, width: 3)
        }
    }
}

extension DNSName: CustomStringConvertible {
    public var description: String { text }
}
