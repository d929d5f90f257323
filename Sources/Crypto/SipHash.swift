/// SipHash-2-4 of a message of exactly eight or sixteen bytes: a keyed pseudo-random function that costs about 15 ns.
///
/// Reference: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF" (INDOCRYPT 2012), section 2; the
/// tests compare with the vectors its authors publish.
struct SipHash24: Sendable {
    /// The first and the second half of the key, little-endian.
    private let key0: UInt64
    private let key1: UInt64

    /// Takes 16 bytes.
    init(key: [UInt8]) {
        precondition(key.count == 16)
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        key0 = word(key[..<8])
        key1 = word(key[8...])
    }

    /// The hash of the eight bytes of `message`, little-endian.
    @inline(__always)
    func callAsFunction(_ message: UInt64) -> UInt64 {
        var state = State(key0: key0, key1: key1)
        state.compress(message)
        // The last block holds the bytes left over, none here, and the length of the message in its top byte.
        state.compress(8 << 56)
        return state.finish()
    }

    /// The hash of the sixteen bytes of `first` and `second`, little-endian.
    @inline(__always)
    func callAsFunction(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var state = State(key0: key0, key1: key1)
        state.compress(first)
        state.compress(second)
        state.compress(16 << 56)
        return state.finish()
    }

    private struct State {
        var v0: UInt64, v1: UInt64, v2: UInt64, v3: UInt64

        @inline(__always)
        init(key0: UInt64, key1: UInt64) {
            v0 = key0 ^ 0x736F_6D65_7073_6575
            v1 = key1 ^ 0x646F_7261_6E64_6F6D
            v2 = key0 ^ 0x6C79_6765_6E65_7261
            v3 = key1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func compress(_ block: UInt64) {
            v3 ^= block
            round()
            round()
            v0 ^= block
        }

        @inline(__always)
        mutating func finish() -> UInt64 {
            v2 ^= 0xFF
            round()
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 &+= v1
            v1 = v1.rotated(left: 13) ^ v0
            v0 = v0.rotated(left: 32)
            v2 &+= v3
            v3 = v3.rotated(left: 16) ^ v2
            v0 &+= v3
            v3 = v3.rotated(left: 21) ^ v0
            v2 &+= v1
            v1 = v1.rotated(left: 17) ^ v2
            v2 = v2.rotated(left: 32)
        }
    }
}

extension UInt64 {
    @inline(__always)
    fileprivate func rotated(left bits: UInt64) -> UInt64 { self &<< bits | self &>> (64 &- bits) }
}
