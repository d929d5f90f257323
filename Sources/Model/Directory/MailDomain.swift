public import Base

/// A domain name as one account holds it. Two accounts may hold the same name; each is served for itself.
public struct MailDomain: Sendable, Equatable {
    public typealias ID = Serial<MailDomain>

    /// Whether the domain may send.
    ///
    ///     pending -> verified      its records were seen in DNS
    ///     any     -> pinned        the operator vouches for it (`domain add --verified`); no re-check undoes that
    public enum Proof: String, Sendable, CaseIterable {
        case pending, verified, pinned
    }

    public var id: ID
    public var account: Account.ID
    /// Lower case, A-labels (RFC 5890 §2.3.2.1).
    public var name: String
    public var sending: Proof
    public var createdAt: Instant
    public var verifiedAt: Instant?
    /// What mail from this domain is signed with; RSA first.
    public var signingKeys: [SigningKey]

    public init(
        id: ID, account: Account.ID, name: String, sending: Proof, createdAt: Instant, verifiedAt: Instant?,
        signingKeys: [SigningKey]
    ) {
        self.id = id
        self.account = account
        self.name = name
        self.sending = sending
        self.createdAt = createdAt
        self.verifiedAt = verifiedAt
        self.signingKeys = signingKeys
    }

    /// Mail may be sent from it.
    public var maySend: Bool { sending != .pending }
}

/// A DKIM key pair (RFC 6376 §3.6.1). Its selector is the personality's, as each vendor's customers publish their own.
public struct SigningKey: Sendable, Equatable {
    public enum Algorithm: String, Sendable, CaseIterable {
        case rsa
        case ed25519
    }

    public var algorithm: Algorithm
    /// RSA: SubjectPublicKeyInfo in DER. Ed25519: the 32 bytes (RFC 8463 §4.2).
    public var publicKey: [UInt8]
    /// The private key, AES-256-GCM under the key file.
    public var sealedPrivateKey: [UInt8]

    public init(algorithm: Algorithm, publicKey: [UInt8], sealedPrivateKey: [UInt8]) {
        self.algorithm = algorithm
        self.publicKey = publicKey
        self.sealedPrivateKey = sealedPrivateKey
    }
}

/// A record to publish in DNS, as `domain show` prints it.
public struct DNSRecord: Sendable, Hashable {
    public var type: String
    public var name: String
    public var value: String
    /// The record's job in the words of mail: `dkim`, `spf`, `dmarc`.
    public var purpose: String
    /// Seen in DNS, or vouched for by the operator.
    public var seen: Bool

    public init(type: String, name: String, value: String, purpose: String, seen: Bool) {
        self.type = type
        self.name = name
        self.value = value
        self.purpose = purpose
        self.seen = seen
    }
}
