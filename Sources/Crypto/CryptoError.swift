/// Why a cryptographic operation gave nothing. No case carries key material, plain text or what a caller sent.
public enum CryptoError: Error, Hashable, Sendable {
    /// The bytes are no key of the kind asked for.
    case malformedKey
    /// A well-formed key whose size is outside `CryptoLimits`.
    case keySizeRefused(bits: Int)
    /// What was sealed is cut short, of an unknown version, or was changed; or key or associated data are not those
    /// it was sealed with. Which of these is not told: who tampers learns nothing.
    case notAuthentic
    /// OpenSSL refused. `code` is its `ERR_get_error` value, for its `openssl errstr`.
    case libraryFailure(operation: Operation, code: UInt)

    /// The step that OpenSSL refused.
    public enum Operation: String, Hashable, Sendable {
        case generateKey, exportKey, sign, seal, open, derive, makeCertificate
    }

    /// Whether the same call with the same arguments can never succeed. A library failure here is lack of memory.
    public var isPermanent: Bool {
        switch self {
        case .malformedKey, .keySizeRefused, .notAuthentic: true
        case .libraryFailure: false
        }
    }
}
