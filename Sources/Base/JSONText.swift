/// Bytes that are one JSON value: what a store or a vendor field keeps to hand back unchanged.
public struct JSONText: Hashable, Sendable {
    public let bytes: [UInt8]

    /// The value as it was read.
    public init(_ value: JSONValue) { bytes = Array(value.raw) }

    /// Parses `bytes` and keeps them.
    public init(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        self.bytes = try JSONDocument(bytes, limits: limits).bytes
    }

    /// Takes `bytes` without a look. Only for what this program itself has written or has parsed before, as what the
    /// store hands back.
    public init(trusted bytes: [UInt8]) { self.bytes = bytes }
}

extension JSONText {
    /// A value without the white space between its parts; numbers and strings keep their text.
    public static func compact(_ value: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.raw.count)
        var isInString = false
        var isEscaped = false
        for byte in value.raw {
            if isInString {
                bytes.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == ASCII.backslash {
                    isEscaped = true
                } else if byte == ASCII.quote {
                    isInString = false
                }
            } else if !isWhiteSpace(byte) {
                bytes.append(byte)
                isInString = byte == ASCII.quote
            }
        }
        return bytes
    }

    /// RFC 8259 §2.
    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == ASCII.space || byte == ASCII.tab || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
    }
}
