public import Base
import COpenSSL

/// An Ed25519 key (RFC 8032 §5.1). Any thread.
public final class Ed25519PrivateKey: Sendable {
    private let handle: PrivateKeyHandle
    /// The 32 bytes that the whole key follows from: seal them before they are stored.
    public let seed: [UInt8]
    /// The 32 bytes of the public key: what a DKIM record carries in `p=` (RFC 8463 §4).
    public let publicKey: [UInt8]

    /// Takes the 32 bytes of the seed, RFC 8032's "private key".
    public init(seed: [UInt8]) throws(CryptoError) {
        guard seed.count == CryptoLimits.ed25519SeedBytes,
            let handle = unsafe PrivateKeyHandle(
                owning: EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, seed.count))
        else { throw .malformedKey }
        self.seed = seed
        self.handle = handle
        publicKey = try handle.rawPublicKey()
    }

    public static func generate(random: some RandomSource) throws(CryptoError) -> Ed25519PrivateKey {
        try Ed25519PrivateKey(seed: random.bytes(CryptoLimits.ed25519SeedBytes))
    }

    /// The 64 bytes of the signature over `message` itself (PureEdDSA). Equal messages have equal signatures.
    public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] { try handle.sign(message, digest: nil) }
}
