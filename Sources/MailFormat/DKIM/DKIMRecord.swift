import Base
public import Crypto

/// What the owner of a domain publishes so that signatures can be checked (RFC 6376 §3.6).
public enum DKIMRecord {
    /// The name of the TXT record (RFC 6376 §3.6.2.1).
    public static func name(selector: DomainName, domain: DomainName) -> String {
        "\(selector.text)._domainkey.\(domain.text)"
    }

    /// The text of the TXT record, in one piece: `v=DKIM1; k=rsa; p=...`. Zone files cut it into strings of 255.
    public static func text(for key: any DKIMKey) throws(CryptoError) -> String {
        text(algorithm: key.algorithm, publicKey: try key.publicKeyRecord())
    }

    /// The same from the public half alone: SubjectPublicKeyInfo in DER for RSA, the 32 bytes for Ed25519.
    public static func text(algorithm: DKIMAlgorithm, publicKey: [UInt8]) -> String {
        "v=DKIM1; k=\(algorithm.keyType); p=\(String(decoding: Base64.encode(publicKey), as: UTF8.self))"
    }
}
