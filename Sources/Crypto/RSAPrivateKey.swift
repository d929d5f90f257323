import COpenSSL

/// An RSA key of 1024 to 4096 bits that signs PKCS #1 v1.5 over SHA-256 (RFC 8017 §8.2). Any thread.
///
/// A 2048-bit signature takes the better part of a millisecond and a new key far longer: neither belongs on a shard.
public final class RSAPrivateKey: Sendable {
    private let handle: PrivateKeyHandle

    /// Reads PKCS #8, or the older PKCS #1, in DER.
    public convenience init(der: [UInt8]) throws(CryptoError) { try self.init(PrivateKeyHandle(der: der)) }

    /// Reads the same in PEM (RFC 7468); encrypted keys are refused.
    public convenience init(pem: String) throws(CryptoError) {
        guard let der = PEM.privateKey(in: pem) else { throw .malformedKey }
        try self.init(der: der)
    }

    private init(_ handle: PrivateKeyHandle?) throws(CryptoError) {
        guard let handle, handle.isA("RSA") else { throw .malformedKey }
        guard (CryptoLimits.rsaKeyBitsMin...CryptoLimits.rsaKeyBitsMax).contains(handle.bits) else {
            throw .keySizeRefused(bits: handle.bits)
        }
        self.handle = handle
    }

    /// A new key of 2048 bits. OpenSSL draws its primes from its own generator, so no `RandomSource` is asked.
    public static func generate() throws(CryptoError) -> RSAPrivateKey {
        let key = unsafe polyrelay_rsa_generate(UInt32(CryptoLimits.rsaKeyBitsGenerated))
        guard let handle = unsafe PrivateKeyHandle(owning: key) else { throw OpenSSL.failure(.generateKey) }
        return try RSAPrivateKey(handle)
    }

    public var bits: Int { handle.bits }

    /// PKCS #8 in DER, not encrypted: seal it before it is stored.
    public func pkcs8() throws(CryptoError) -> [UInt8] { try handle.pkcs8() }

    /// PKCS #8 in PEM, not encrypted.
    public func pem() throws(CryptoError) -> String { PEM.text(privateKey: try handle.pkcs8()) }

    /// `SubjectPublicKeyInfo` in DER: what a DKIM record carries in `p=` (RFC 6376 §3.6.1).
    public func publicKeyInfo() throws(CryptoError) -> [UInt8] { try handle.subjectPublicKeyInfo() }

    /// The signature over SHA-256 of `message`, as long as the modulus. Equal messages have equal signatures.
    public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        try handle.sign(message, digest: .sha256)
    }
}
