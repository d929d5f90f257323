import Base

/// As `SerialCipher`, for ids of eight characters: too short for check bits, so nearly every text of that form is the
/// id of some serial, which need not exist. Whose the row is has to be asked all the same.
///
/// A balanced Feistel network over two halves of 21 bits gives a permutation of 42 bits; 36^8 is a little less than
/// 2^42, so what falls outside is encrypted again until it falls inside ("cycle walking": J. Black, P. Rogaway,
/// "Ciphers with arbitrary finite domains", 2002), 1.6 times on average.
public struct ShortSerialCipher: Sendable {
    public static let textLength = 8
    /// Serials below this have an id: 36^8.
    public static let range: UInt64 = 2_821_109_907_456

    private static let halfBits: UInt64 = 21
    private static let halfMask: UInt64 = 1 << halfBits - 1
    private static let rounds: UInt64 = 10

    private let function: SipHash24

    /// `key` has 32 bytes; `label` names the kind of row.
    public init(key: [UInt8], label: String) {
        precondition(key.count == SerialCipher.keyBytes)
        function = SipHash24(key: HKDFSHA256.derive(16, secret: key, label: "polyrelay short serial \(label)"))
    }

    /// The id as 8 characters of `0`-`9`, `a`-`z`.
    public func text(_ serial: UInt64) -> String {
        precondition(serial < Self.range)
        var block = forward(serial)
        while block >= Self.range { block = forward(block) }
        var text = [UInt8](repeating: 0, count: Self.textLength)
        for index in text.indices.reversed() {
            let digit = UInt8(truncatingIfNeeded: block % 36)
            text[index] = digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10
            block /= 36
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The serial behind an id; nil for a text of another form.
    public func serial(_ text: String) -> UInt64? {
        guard text.utf8.count == Self.textLength else { return nil }
        var block: UInt64 = 0
        for byte in text.utf8 {
            guard let digit = Self.digit(byte) else { return nil }
            block = block * 36 + digit
        }
        repeat { block = backward(block) } while block >= Self.range
        return block
    }

    private func forward(_ block: UInt64) -> UInt64 {
        var (left, right) = (block >> Self.halfBits, block & Self.halfMask)
        for round in 0..<Self.rounds { (left, right) = (right, left ^ pad(right, round)) }
        return left << Self.halfBits | right
    }

    private func backward(_ block: UInt64) -> UInt64 {
        var (left, right) = (block >> Self.halfBits, block & Self.halfMask)
        for round in (0..<Self.rounds).reversed() { (left, right) = (right ^ pad(left, round), left) }
        return left << Self.halfBits | right
    }

    /// The number of the round stands above the half, so that no two rounds are the same function.
    @inline(__always)
    private func pad(_ half: UInt64, _ round: UInt64) -> UInt64 {
        function(half | round << Self.halfBits) & Self.halfMask
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        if ASCII.isDigit(byte) { return UInt64(byte - ASCII.zero) }
        return ASCII.isLower(byte) ? UInt64(byte - UInt8(ascii: "a")) + 10 : nil
    }
}
