import Base

/// Turns a row's serial number into a public id that looks random, and back, so that a public id finds its row
/// without an index of its own.
///
/// A keyed permutation of blocks of an even number of bits: a balanced Feistel network over their halves with
/// SipHash-2-4 as the round function. (M. Luby, C. Rackoff, "How to construct pseudorandom permutations from
/// pseudorandom functions", 1988, ask for four rounds against an attacker who may ask both ways; ten leave a margin for
/// what is known of small halves.) The block is the serial and check bits, which are zero: a made-up id decodes with a
/// chance of one in two to the power of their number, and then names a row that may not exist. It is an id, not a
/// credential: who may see the row is still asked.
///
/// Equal serials under different labels, or in blocks of different forms, have unrelated ids. Any thread; about 200 ns
/// each way.
public struct SerialCipher: Sendable {
    /// How many bits a block and the serial in it have; the rest are check bits.
    public struct Form: Sendable, Equatable {
        public let blockBits: Int
        public let serialBits: Int
        /// Of the text form in base 36; 0 where there is none.
        fileprivate let characters: Int
        /// Part of the key's label, so that one kind of row has unrelated ids in each form.
        fileprivate let name: String

        private init(_ name: String, blockBits: Int, serialBits: Int = 64, characters: Int = 0) {
            self.name = name
            self.blockBits = blockBits
            self.serialBits = serialBits
            self.characters = characters
        }

        /// 28 check bits; 18 characters of base 36, as 36^18 is a little over 2^93.
        public static let letters = Form("serial", blockBits: 92, characters: 18)
        /// 60 check bits; 24 characters of base 36, as 36^24 is a little over 2^124.
        public static let manyLetters = Form("long serial", blockBits: 124, characters: 24)
        /// 58 check bits: what a UUID has besides its version and variant.
        public static let uuid = Form("uuid serial", blockBits: 122)
        /// 11 check bits: what a UUID has besides those and a time of 48 bits. For numbers of 63 bits.
        public static let timedUUID = Form("timed uuid serial", blockBits: 74, serialBits: 63)

        /// As many hexadecimal digits, an even number from 16 to 32; 16 of them leave no check bits.
        public static func hex(digits: Int) -> Form {
            precondition((16...32).contains(digits) && digits.isMultiple(of: 2))
            return Form("hex \(digits) serial", blockBits: digits * 4)
        }
    }

    public static let keyBytes = 32

    private static let rounds: UInt64 = 10
    /// Halves up to this size leave room for the number of the round in the word that is hashed.
    private static let sharedWordBits: UInt64 = 60

    private let function: SipHash24
    private let halfBits: UInt64
    private let halfMask: UInt64
    private let serialBits: Int
    private let checkBits: Int
    /// Characters of the text form.
    public let textLength: Int
    /// The text is two numbers of half its digits each, since those fit a machine word.
    private let partRange: UInt64

    /// `key` has 32 bytes; `label` names the kind of row.
    public init(key: [UInt8], label: String, form: Form = .letters) {
        precondition(key.count == Self.keyBytes)
        function = SipHash24(key: HKDFSHA256.derive(16, secret: key, label: "polyrelay \(form.name) \(label)"))
        halfBits = UInt64(form.blockBits / 2)
        halfMask = .max >> (64 - halfBits)
        serialBits = form.serialBits
        checkBits = form.blockBits - form.serialBits
        textLength = form.characters
        partRange = (0..<form.characters / 2).reduce(1) { range, _ in range * 36 }
    }

    /// A value below two to the power of the form's bits. `serial` has no more bits than the form's serials.
    public func encrypt(_ serial: UInt64) -> UInt128 {
        precondition(serialBits == 64 || serial >> UInt64(serialBits) == 0)
        let block = UInt128(serial) << UInt128(checkBits)
        var left = UInt64(truncatingIfNeeded: block >> UInt128(halfBits))
        var right = UInt64(truncatingIfNeeded: block) & halfMask
        for round in 0..<Self.rounds { (left, right) = (right, left ^ pad(right, round)) }
        return UInt128(left) << UInt128(halfBits) | UInt128(right)
    }

    /// The serial that `encrypt` turned into `block`; nil for every value it never gives.
    public func decrypt(_ block: UInt128) -> UInt64? {
        let high = block >> UInt128(halfBits)
        guard high <= UInt128(halfMask) else { return nil }
        var left = UInt64(truncatingIfNeeded: high)
        var right = UInt64(truncatingIfNeeded: block) & halfMask
        for round in (0..<Self.rounds).reversed() { (left, right) = (right ^ pad(left, round), left) }
        let plain = UInt128(left) << UInt128(halfBits) | UInt128(right)
        let serial = plain >> UInt128(checkBits)
        guard serial << UInt128(checkBits) == plain else { return nil }
        return UInt64(truncatingIfNeeded: serial)
    }

    /// The id as characters of `0`-`9`, `a`-`z`, in the forms that have letters.
    public func text(_ serial: UInt64) -> String {
        let (high, low) = encrypt(serial).quotientAndRemainder(dividingBy: UInt128(partRange))
        var text = [UInt8](repeating: 0, count: textLength)
        Self.write(UInt64(high), to: &text[..<(textLength / 2)])
        Self.write(UInt64(low), to: &text[(textLength / 2)...])
        return String(decoding: text, as: UTF8.self)
    }

    /// The serial behind an id; nil for every text that is not the id of some serial.
    public func serial(_ text: String) -> UInt64? {
        let digits = text.utf8.span
        guard digits.count == textLength else { return nil }
        var block: UInt128 = 0
        var part: UInt64 = 0
        for index in digits.indices {
            guard let digit = Self.digit(digits[index]) else { return nil }
            part = part * 36 + digit
            if index == textLength / 2 - 1 { (block, part) = (UInt128(part), 0) }
        }
        return decrypt(block * UInt128(partRange) + UInt128(part))
    }

    /// The round function: the number of the round stands above the half, or beside it, so that no two rounds are the
    /// same function.
    @inline(__always)
    private func pad(_ half: UInt64, _ round: UInt64) -> UInt64 {
        if halfBits <= Self.sharedWordBits { return function(half | round << halfBits) & halfMask }
        return function(half, round) & halfMask
    }

    private static func write(_ part: UInt64, to text: inout ArraySlice<UInt8>) {
        var rest = part
        for index in text.indices.reversed() {
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
