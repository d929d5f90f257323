import Base

/// Turns a row's serial number into a public id that looks random, and back, so that a public id finds its row
/// without an index of its own.
///
/// A keyed permutation of 92-bit blocks: a balanced Feistel network over two halves of 46 bits with SipHash-2-4 as
/// the round function. (M. Luby, C. Rackoff, "How to construct pseudorandom permutations from pseudorandom functions",
/// 1988, ask for four rounds against an attacker who may ask both ways; ten leave a margin for what is known of small
/// halves.) The block is the serial (64 bits) and 28 check bits, which are zero: a made-up id decodes with a chance of
/// one in 2^28, and then names a row that may not exist. It is an id, not a credential: who may see the row is
/// still asked.
///
/// Equal serials under different labels have unrelated ids. Any thread; about 200 ns each way.
package struct SerialCipher: Sendable {
    /// Characters of the text form: 36^18 is a little over 2^93.
    package static let textLength = 18
    package static let keyBytes = 32

    private static let halfBits: UInt64 = 46
    private static let halfMask: UInt64 = 1 << halfBits - 1
    private static let checkBits: UInt64 = 28
    private static let checkMask: UInt64 = 1 << checkBits - 1
    private static let rounds: UInt64 = 10
    /// The text is two numbers of nine base-36 digits, since 36^9 fits a machine word.
    private static let digitsPerPart = 9
    private static let partRange: UInt64 = 101_559_956_668_416

    private let function: SipHash24

    /// `key` has 32 bytes; `label` names the kind of row.
    package init(key: [UInt8], label: String) {
        precondition(key.count == Self.keyBytes)
        function = SipHash24(key: HKDFSHA256.derive(16, secret: key, label: "polyrelay serial \(label)"))
    }

    /// A value below 2^92.
    package func encrypt(_ serial: UInt64) -> UInt128 {
        let remaining = Self.halfBits - Self.checkBits
        var left = serial >> remaining
        var right = (serial << Self.checkBits) & Self.halfMask
        for round in 0..<Self.rounds { (left, right) = (right, left ^ pad(right, round)) }
        return UInt128(left) << UInt128(Self.halfBits) | UInt128(right)
    }

    /// The serial that `encrypt` turned into `block`; nil for every value it never gives.
    package func decrypt(_ block: UInt128) -> UInt64? {
        guard block >> (2 * UInt128(Self.halfBits)) == 0 else { return nil }
        var left = UInt64(truncatingIfNeeded: block >> UInt128(Self.halfBits))
        var right = UInt64(truncatingIfNeeded: block) & Self.halfMask
        for round in (0..<Self.rounds).reversed() { (left, right) = (right ^ pad(left, round), left) }
        guard right & Self.checkMask == 0 else { return nil }
        return left << (Self.halfBits - Self.checkBits) | right >> Self.checkBits
    }

    /// The id as 18 characters of `0`-`9`, `a`-`z`.
    package func text(_ serial: UInt64) -> String {
        let (high, low) = encrypt(serial).quotientAndRemainder(dividingBy: UInt128(Self.partRange))
        var text = [UInt8](repeating: 0, count: Self.textLength)
        Self.write(UInt64(high), to: &text, endingAt: Self.digitsPerPart)
        Self.write(UInt64(low), to: &text, endingAt: Self.textLength)
        return String(decoding: text, as: UTF8.self)
    }

    /// The serial behind an id; nil for every text that is not the id of some serial.
    package func serial(_ text: String) -> UInt64? {
        let digits = text.utf8.span
        guard digits.count == Self.textLength else { return nil }
        var block: UInt128 = 0
        var part: UInt64 = 0
        for index in digits.indices {
            guard let digit = Self.digit(digits[index]) else { return nil }
            part = part * 36 + digit
            if index == Self.digitsPerPart - 1 { (block, part) = (UInt128(part), 0) }
        }
        return decrypt(block * UInt128(Self.partRange) + UInt128(part))
    }

    /// The round function: the number of the round stands above the half, so that no two rounds are the same function.
    @inline(__always)
    private func pad(_ half: UInt64, _ round: UInt64) -> UInt64 {
        function(half | round << Self.halfBits) & Self.halfMask
    }

    private static func write(_ part: UInt64, to text: inout [UInt8], endingAt end: Int) {
        var rest = part
        for index in stride(from: end - 1, through: end - digitsPerPart, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest % 36)
            text[index] = digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10
            rest /= 36
        }
    }

    /// The value of a digit of the text form; capitals are no digits, or one row had many ids.
    private static func digit(_ byte: UInt8) -> UInt64? {
        if ASCII.isDigit(byte) { return UInt64(byte - ASCII.zero) }
        return ASCII.isLower(byte) ? UInt64(byte - UInt8(ascii: "a")) + 10 : nil
    }
}
