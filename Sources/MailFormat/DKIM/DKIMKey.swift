public import Crypto

/// The signature algorithms of RFC 8301 §3.1 and RFC 8463 §3.
public enum DKIMAlgorithm: String, Hashable, Sendable {
    case rsaSHA256 = "rsa-sha256"
    case ed25519SHA256 = "ed25519-sha256"

    /// The `k=` tag of the key record (RFC 6376 §3.6.1, RFC 8463 §4).
    public var keyType: String {
        switch self {
        case .rsaSHA256: "rsa"
        case .ed25519SHA256: "ed25519"
        }
    }
}

/// A private key that signs mail. Any thread; equal input gives an equal signature.
public protocol DKIMKey: Sendable {
    var algorithm: DKIMAlgorithm { get }
    /// The signature over canonicalised header fields, hashed as the algorithm asks.
    func signature(over headerFields: [UInt8]) throws(CryptoError) -> [UInt8]
    /// What the `p=` tag of the key record carries, before Base64.
    func publicKeyRecord() throws(CryptoError) -> [UInt8]
}

extension RSAPrivateKey: DKIMKey {
    public var algorithm: DKIMAlgorithm { .rsaSHA256 }

    public func signature(over headerFields: [UInt8]) throws(CryptoError) -> [UInt8] { try sign(headerFields) }

    public func publicKeyRecord() throws(CryptoError) -> [UInt8] { try publicKeyInfo() }
}

extension Ed25519PrivateKey: DKIMKey {
    public var algorithm: DKIMAlgorithm { .ed25519SHA256 }

    /// RFC 8463 §3: the SHA-256 hash is what PureEdDSA signs.
    public func signature(over headerFields: [UInt8]) throws(CryptoError) -> [UInt8] {
        try sign(SHA256.digest(headerFields).bytes)
    }

    public func publicKeyRecord() throws(CryptoError) -> [UInt8] { publicKey }
}
