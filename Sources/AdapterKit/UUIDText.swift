import Base

/// The text form of a UUID (RFC 9562 §4): a version, the variant of that specification, and the 122 bits beside them.
struct UUIDText: Equatable {
    /// The bits besides version and variant, in their order.
    let payload: UInt128
    private let version: UInt8

    private static let characters = 36
    /// RFC 9562 §4.1: the variant's two bits are 10.
    private static let variant: UInt128 = 0b10
    /// Bits of the payload before the version, between it and the variant, and after that.
    private static let (highBits, middleBits, lowBits) = (UInt128(48), UInt128(12), UInt128(62))

    init(version: UInt8, payload: UInt128) {
        self.version = version
        self.payload = payload
    }

    /// Both cases are read, as RFC 9562 §4 asks; nil for another form, version or variant.
    init?(_ text: String, version: UInt8) {
        let bytes = text.utf8
        guard bytes.count == Self.characters else { return nil }
        var value: UInt128 = 0
        for (index, byte) in bytes.enumerated() {
            if Self.isHyphen(index) {
                guard byte == ASCII.hyphen else { return nil }
            } else {
                guard let digit = ASCII.hexValue(byte) else { return nil }
                value = value << 4 | UInt128(digit)
            }
        }
        guard value >> 76 & 0xF == UInt128(version), value >> Self.lowBits & 0b11 == Self.variant else { return nil }
        let high = value >> 80
        let middle = value >> 64 & (1 << Self.middleBits - 1)
        let low = value & (1 << Self.lowBits - 1)
        self.init(version: version, payload: (high << Self.middleBits | middle) << Self.lowBits | low)
    }

    /// Whether a text is written like a UUID of any version.
    static func isUUID(_ text: String) -> Bool {
        text.utf8.count == characters
            && text.utf8.enumerated().allSatisfy { index, byte in
                isHyphen(index) ? byte == ASCII.hyphen : ASCII.hexValue(byte) != nil
            }
    }

    private static func isHyphen(_ place: Int) -> Bool { place == 8 || place == 13 || place == 18 || place == 23 }

    var text: String {
        let high = payload >> (Self.middleBits + Self.lowBits)
        let middle = payload >> Self.lowBits & (1 << Self.middleBits - 1)
        let low = payload & (1 << Self.lowBits - 1)
        let value = high << 80 | UInt128(version) << 76 | middle << 64 | Self.variant << Self.lowBits | low
        var text: [UInt8] = []
        text.reserveCapacity(Self.characters)
        for place in 0..<16 {
            if Self.isHyphen(text.count) { text.append(ASCII.hyphen) }
            let byte = UInt8(truncatingIfNeeded: value >> UInt128(120 - 8 * place))
            text.append(Hex.digit(byte >> 4))
            text.append(Hex.digit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
