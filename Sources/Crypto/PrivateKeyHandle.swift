import COpenSSL

/// Owns one `EVP_PKEY` and holds the calls that both kinds of key make on it.
///
/// Sendable unchecked because the key is never changed after `init`, and each signature has a context of its own:
/// openssl-threads(7), "Objects are thread-safe as long as the API's being invoked don't modify the object".
@safe
final class PrivateKeyHandle: @unchecked Sendable {
    private let key: OpaquePointer

    /// Takes over `key`; nil where the library gave none.
    init?(owning key: OpaquePointer?) {
        guard let key = unsafe key else { return nil }
        unsafe self.key = key
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// Reads a private key in DER: PKCS #8 (RFC 5958), or PKCS #1 (RFC 8017 §A.1.2) for RSA.
    convenience init?(der: [UInt8]) {
        let key = unsafe der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var cursor = buffer.baseAddress
            // d2i_AutoPrivateKey(3) moves the cursor past what it read: bytes left over are no part of a key.
            guard let key = unsafe d2i_AutoPrivateKey(nil, &cursor, buffer.count) else { return nil }
            if unsafe cursor == buffer.baseAddress?.advanced(by: buffer.count) { return unsafe key }
            unsafe EVP_PKEY_free(key)
            return nil
        }
        unsafe self.init(owning: key)
        ERR_clear_error()
    }

    func isA(_ algorithm: String) -> Bool { unsafe EVP_PKEY_is_a(key, algorithm) == 1 }

    var bits: Int { unsafe Int(EVP_PKEY_get_bits(key)) }

    /// PKCS #8 `PrivateKeyInfo` (RFC 5958 §2), not encrypted.
    func pkcs8() throws(CryptoError) -> [UInt8] {
        guard let info = unsafe EVP_PKEY2PKCS8(key) else { throw OpenSSL.failure(.exportKey) }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        return try unsafe Self.encoding { unsafe i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
    }

    /// X.509 `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    func subjectPublicKeyInfo() throws(CryptoError) -> [UInt8] {
        try unsafe Self.encoding { unsafe i2d_PUBKEY(key, $0) }
    }

    /// The 32 bytes of an Ed25519 public key (RFC 8032 §5.1.5).
    func rawPublicKey() throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == bytes.count else {
            throw OpenSSL.failure(.exportKey)
        }
        return bytes
    }

    /// Signs with the algorithm of the key. `digest` is nil for keys that hash by themselves.
    func sign(_ message: [UInt8], digest: FetchedAlgorithm?) throws(CryptoError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw OpenSSL.failure(.sign) }
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: unsafe Int(EVP_PKEY_get_size(key)))
        var count = signature.count
        guard unsafe EVP_DigestSignInit(context, nil, digest?.pointer, nil, key) == 1,
            unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        else { throw OpenSSL.failure(.sign) }
        return Array(signature.prefix(count))
    }

    /// Runs one of the library's `i2d` writers: asked for the length first, then for the bytes.
    static func encoding(
        _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
    ) throws(CryptoError) -> [UInt8] {
        let count = write(nil)
        guard count > 0 else { throw OpenSSL.failure(.exportKey) }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe write(&cursor)
        }
        guard written == count else { throw OpenSSL.failure(.exportKey) }
        return bytes
    }
}
