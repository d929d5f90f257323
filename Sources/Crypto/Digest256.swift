import Base

/// A 256-bit digest or authentication code as a value without heap storage: a dictionary key, a table entry.
///
/// `==` and `hash` are for lookups of public values and take time that depends on the content; secrets compare with
/// `ConstantTime.equal`.
public struct Digest256: Hashable, Sendable {
    public static let byteCount = 32

    /// Eight bytes each, most significant byte first.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Reads exactly 32 bytes; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var iterator = bytes.makeIterator()
        func word() -> UInt64 { (0..<8).reduce(0) { value, _ in value << 8 | UInt64(iterator.next() ?? 0) } }
        words = (word(), word(), word(), word())
    }

    /// The memory of four words as a digest function filled it.
    init(memory words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes
    }

    /// The first eight bytes as a number: a hash of its own, for tables that keep no more than that.
    public var firstWord: UInt64 { words.0 }

    /// Lower-case hexadecimal, 64 characters.
    public var hex: String { Hex.encode(bytes) }

    public static func == (left: Digest256, right: Digest256) -> Bool { left.difference(from: right) == 0 }

    public func hash(into hasher: inout Hasher) {
        // Any quarter of a digest is as evenly spread as the whole.
        hasher.combine(words.0)
    }

    /// Zero exactly where both are equal; touches every bit whatever they are.
    func difference(from other: Digest256) -> UInt64 {
        (words.0 ^ other.words.0) | (words.1 ^ other.words.1) | (words.2 ^ other.words.2) | (words.3 ^ other.words.3)
    }
}
