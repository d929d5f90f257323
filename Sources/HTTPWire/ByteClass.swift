/// Membership of a byte in the character classes of RFC 9110 and RFC 3986, as one bit each of a 128-bit set.
enum ByteClass {
    /// tchar (RFC 9110 §5.6.2).
    @inline(__always) static func isToken(_ byte: UInt8) -> Bool { contains(byte, low: tokenLow, high: tokenHigh) }

    /// unreserved / sub-delims: what a registered name is made of, beside percent escapes (RFC 3986 §3.2.2).
    static func isRegisteredName(_ byte: UInt8) -> Bool { contains(byte, low: nameLow, high: nameHigh) }

    @inline(__always)
    private static func contains(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
        byte < 0x80 && (byte < 0x40 ? low : high) >> UInt64(byte & 0x3F) & 1 == 1
    }

    // Bit n of a low word stands for byte n, bit n of a high word for byte 64 + n.
    private static let digitBits: UInt64 = 0x03FF_0000_0000_0000
    private static let letterBits: UInt64 = 0x07FF_FFFE_07FF_FFFE
    // ! # $ % & ' * + - .
    private static let tokenLow: UInt64 = digitBits | 0x0000_6CFA_0000_0000
    // ^ _ ` | ~
    private static let tokenHigh: UInt64 = letterBits | 0x5000_0001_C000_0000
    // ! $ & ' ( ) * + , - . ; =
    private static let nameLow: UInt64 = digitBits | 0x2800_7FD2_0000_0000
    // _ ~
    private static let nameHigh: UInt64 = letterBits | 0x4000_0000_8000_0000
}
