public import Base
import COpenSSL

/// AES-256-GCM (NIST SP 800-38D) for secrets at rest.
///
/// What is sealed reads: version (1 byte) | nonce (12) | ciphertext (as long as the plain text) | tag (16). The
/// version byte is authenticated along with the caller's associated data. Nonces are random, so one key may seal
/// 2^32 values (SP 800-38D §8.3). Any thread.
public struct SealingKey: Sendable {
    /// The first byte of what is sealed; another format gets another number.
    private static let version: UInt8 = 1
    private static let overhead = 1 + CryptoLimits.sealingNonceBytes + CryptoLimits.sealingTagBytes

    private let key: [UInt8]

    /// Takes exactly `CryptoLimits.sealingKeyBytes` bytes.
    public init(bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == CryptoLimits.sealingKeyBytes else { throw .malformedKey }
        key = bytes
    }

    /// A secret of 32 bytes under a name: unrelated to those under other names, and to the key.
    public func derive(_ name: String) -> [UInt8] {
        HKDFSHA256.derive(CryptoLimits.sealingKeyBytes, secret: key, label: "polyrelay derived \(name)")
    }

    /// `associatedData` is not stored and must be given again to open: name there the row and column that the value
    /// belongs to, and it cannot be moved to another.
    public func seal(
        _ plaintext: [UInt8], associatedData: [UInt8], random: some RandomSource
    ) throws(CryptoError) -> [UInt8] {
        let nonce = random.bytes(CryptoLimits.sealingNonceBytes)
        let cipher = try CipherContext(key: key, nonce: nonce, direction: .seal)
        try cipher.authenticate([Self.version] + associatedData)
        let ciphertext = try cipher.process(plaintext)
        guard cipher.finish() else { throw OpenSSL.failure(.seal) }
        return [Self.version] + nonce + ciphertext + (try cipher.tag())
    }

    /// Throws `notAuthentic` unless `sealed` is what `seal` gave for this key and this associated data.
    public func open(_ sealed: [UInt8], associatedData: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard sealed.count >= Self.overhead, sealed.first == Self.version else { throw .notAuthentic }
        let nonce = Array(sealed[1...CryptoLimits.sealingNonceBytes])
        let body = sealed[(1 + CryptoLimits.sealingNonceBytes)...]
        let cipher = try CipherContext(key: key, nonce: nonce, direction: .open)
        try cipher.authenticate([Self.version] + associatedData)
        var plaintext = try cipher.process(Array(body.dropLast(CryptoLimits.sealingTagBytes)))
        try cipher.expect(tag: Array(body.suffix(CryptoLimits.sealingTagBytes)))
        guard cipher.finish() else {
            OpenSSL.wipe(&plaintext)
            throw .notAuthentic
        }
        return plaintext
    }
}

/// Owns one `EVP_CIPHER_CTX` for one AES-256-GCM operation.
@safe
private struct CipherContext: ~Copyable {
    enum Direction: Int32 {
        case open = 0
        case seal = 1
    }

    private let context: OpaquePointer
    private let operation: CryptoError.Operation

    init(key: [UInt8], nonce: [UInt8], direction: Direction) throws(CryptoError) {
        operation = direction == .seal ? .seal : .open
        let context = unsafe EVP_CIPHER_CTX_new()
        let cipher = unsafe FetchedAlgorithm.aes256GCM.pointer
        // A nonce of 12 bytes is the cipher's default and needs no length set.
        guard let context = unsafe context,
            unsafe EVP_CipherInit_ex2(context, cipher, key, nonce, direction.rawValue, nil) == 1
        else {
            // EVP_CIPHER_CTX_free(3) takes NULL as well.
            unsafe EVP_CIPHER_CTX_free(context)
            throw OpenSSL.failure(operation)
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    func authenticate(_ data: [UInt8]) throws(CryptoError) {
        var length: Int32 = 0
        // EVP_EncryptInit(3): associated data is an update "with the output parameter out set to NULL".
        guard let count = Int32(exactly: data.count),
            unsafe EVP_CipherUpdate(context, nil, &length, data, count) == 1
        else { throw OpenSSL.failure(operation) }
    }

    func process(_ input: [UInt8]) throws(CryptoError) -> [UInt8] {
        // A zero-length update with an output would be taken for the end by some providers.
        guard !input.isEmpty else { return [] }
        var output = [UInt8](repeating: 0, count: input.count)
        var length: Int32 = 0
        guard let count = Int32(exactly: input.count),
            unsafe EVP_CipherUpdate(context, &output, &length, input, count) == 1
        else { throw OpenSSL.failure(operation) }
        return output
    }

    /// Ends the operation; when opening, false where the tag is wrong.
    func finish() -> Bool {
        // GCM is a stream mode: nothing is left to write, but the call wants a place for it.
        var unused = [UInt8](repeating: 0, count: CryptoLimits.sealingTagBytes)
        var length: Int32 = 0
        return unsafe EVP_CipherFinal_ex(context, &unused, &length) == 1
    }

    func tag() throws(CryptoError) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: CryptoLimits.sealingTagBytes)
        guard control(EVP_CTRL_AEAD_GET_TAG, &tag) else { throw OpenSSL.failure(operation) }
        return tag
    }

    func expect(tag: [UInt8]) throws(CryptoError) {
        var tag = tag
        guard control(EVP_CTRL_AEAD_SET_TAG, &tag) else { throw OpenSSL.failure(operation) }
    }

    private func control(_ command: Int32, _ bytes: inout [UInt8]) -> Bool {
        let count = Int32(bytes.count)
        return unsafe EVP_CIPHER_CTX_ctrl(context, command, count, &bytes) == 1
    }
}
