/// The sizes that this target's algorithms and file formats fix, and the bounds it sets itself.
public enum CryptoLimits {
    /// RFC 8301 §3.2: signers use at least 1024 bits, and should use 2048.
    public static let rsaKeyBitsMin = 1024
    public static let rsaKeyBitsGenerated = 2048
    /// Beyond this, one signature costs more than any receiver asks for (RFC 8301 §3.2 has them take up to 4096).
    public static let rsaKeyBitsMax = 4096
    /// RFC 8032 §5.1.5
    public static let ed25519SeedBytes = 32
    /// AES-256
    public static let sealingKeyBytes = 32
    /// NIST SP 800-38D §8.2: 96 bits, the only length that needs no further hashing.
    public static let sealingNonceBytes = 12
    /// NIST SP 800-38D §5.2.1.2: the full tag.
    public static let sealingTagBytes = 16
    /// N of 2^20 takes a gigabyte and seconds of a core.
    public static let scryptLogNMax = 20
    /// RFC 5869 §2.3: HKDF gives at most 255 blocks.
    public static let derivedKeyBytesMax = 255 * Digest256.byteCount
}
