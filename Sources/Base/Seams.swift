/// Where time comes from. The real one is `Posix.SystemTime`; tests advance their own by hand.
///
/// Both readings may be taken from any thread. The wall clock may jump in either direction; the monotonic reading
/// never goes back and stands still for nobody, so timeouts use it.
public protocol TimeSource: Sendable {
    /// The wall clock.
    var now: Instant { get }
    /// Time since an arbitrary point that is fixed while the process runs.
    var uptime: Duration { get }
}

/// Where randomness comes from: keys, tokens, boundaries, jitter. The real one is cryptographically strong
/// (`Crypto.SystemRandom`); tests give a seeded one. Any thread.
public protocol RandomSource: Sendable {
    /// `count` independent random bytes.
    func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
    /// 64 random bits.
    public func bits64() -> UInt64 { bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// `count` characters, each chosen evenly from `alphabet` (at most 256 ASCII bytes).
    public func text(_ count: Int, from alphabet: [UInt8]) -> String {
        precondition((1...256).contains(alphabet.count))
        // Bytes at or above the largest multiple of the alphabet's size are thrown away, or low letters were likelier.
        let limit = 256 - 256 % alphabet.count
        var text: [UInt8] = []
        text.reserveCapacity(count)
        while text.count < count {
            for byte in bytes(count - text.count) where Int(byte) < limit {
                text.append(alphabet[Int(byte) % alphabet.count])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The alphabets that identifiers and secrets are drawn from.
public enum Alphabet {
    public static let lowercaseAlphanumeric = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
    public static let alphanumeric = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}
