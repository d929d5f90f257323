import Base

/// A number that callers carry about for us: they cannot read it, change it, or use it anywhere but where it was given
/// out. Sixteen bytes: a tag of 64 bits, and the number under a mask that the tag gives.
///
/// The tag is that of HMAC-SHA-256 over context and number, so the same number in the same place is the same text; who
/// sees two of them learns whether they are equal, and nothing else. Any thread.
public struct SealedNumber: Sendable {
    public static let byteCount = 16

    private let tags: HMACSHA256
    private let masks: SipHash24

    /// `key` has 32 bytes; `label` names what the numbers are for.
    public init(key: [UInt8], label: String) {
        precondition(key.count == SerialCipher.keyBytes)
        tags = HMACSHA256(key: HKDFSHA256.derive(32, secret: key, label: "polyrelay sealed number \(label)"))
        masks = SipHash24(key: HKDFSHA256.derive(16, secret: key, label: "polyrelay number mask \(label)"))
    }

    /// `context`: where it is good.
    public func seal(_ number: UInt64, context: [UInt8]) -> [UInt8] {
        let tag = tag(number, context)
        return Self.bytes(tag) + Self.bytes(number ^ masks(tag))
    }

    /// nil for what was not sealed in this context.
    public func open(_ sealed: [UInt8], context: [UInt8]) -> UInt64? {
        guard sealed.count == Self.byteCount else { return nil }
        let tag = Self.number(sealed[..<8])
        let number = Self.number(sealed[8...]) ^ masks(tag)
        return ConstantTime.equal(Self.bytes(self.tag(number, context)), Self.bytes(tag)) ? number : nil
    }

    /// The number stands first, in a fixed length, so that no two pairs are the same text.
    private func tag(_ number: UInt64, _ context: [UInt8]) -> UInt64 {
        tags.code(for: Self.bytes(number) + context).firstWord
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
