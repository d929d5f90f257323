package import Crypto

/// The signature algorithms of RFC 8301 §3.1 and RFC 8463 §3.
package enum DKIMAlgorithm: String, Hashable, Sendable {
    case rsaSHA256 = "rsa-sha256"
    case ed25519SHA256 = "ed25519-sha256"

    /// The `k=` tag of the key record (RFC 6376 §3.6.1, RFC 8463 §4).
    package var keyType: String {
        switch self {
        case .rsaSHA256: "rsa"
        case .ed25519SHA256: "ed25519"
        }
    }
}

/// A private key that signs mail. Any thread; equal input gives an equal signature.
package protocol DKIMKey: Sendable {
    var algorithm: DKIMAlgorithm { get }
    /// The signature over canonicalised header fields, hashed as the algorithm asks.
    func signature(over headerFields: [UInt8]) throws(CryptoError) -> [UInt8]
    /// What the `p=` tag of the key record carries, before Base64.
    func publicKeyRecord() throws(CryptoError) -> [UInt8]
}

extension RSAPrivateKey: DKIMKey {
    package var algorithm: DKIMAlgorithm { .rsaSHA256 }

    package func signature(over headerFields: [UInt8]) throws(CryptoError) -> [UInt8] { try sign(headerFields) }

    package func publicKeyRecord() throws(CryptoError) -> [UInt8] { try publicKeyInfo() }
}

extension Ed25519PrivateKey: DKIMKey {
    package var algorithm: DKIMAlgorithm { .ed25519SHA256 }

    /// RFC 8463 §3: the SHA-256 hash is what PureEdDSA signs.
    package func signature(over headerFields: [UInt8]) throws(CryptoError) -> [UInt8] {
        try sign(SHA256.digest(headerFields).bytes)
    }

    package func publicKeyRecord() throws(CryptoError) -> [UInt8] { publicKey }
}
