/// A DKIM key pair (RFC 6376 §3.6.1). Its selector is the personality's, as each vendor's customers publish their own.
public struct SigningKey: Sendable, Equatable {
    public enum Algorithm: String, Sendable, CaseIterable {
        case rsa
        case ed25519
    }

    /// Which of a personality's two selectors it is published under: while a rotation is under way there are two keys.
    public enum Slot: Int, Sendable, CaseIterable {
        case first = 1
        case second = 2

        public var other: Slot { self == .first ? .second : .first }
    }

    public enum Use: String, Sendable, CaseIterable {
        /// Mail is not signed with it yet.
        case staged
        case active
        /// Mail is no longer signed with it; its record is still needed by mail that was.
        case retired
    }

    public var algorithm: Algorithm
    public var slot: Slot
    public var use: Use
    /// RSA: SubjectPublicKeyInfo in DER. Ed25519: the 32 bytes (RFC 8463 §4.2).
    public var publicKey: [UInt8]
    /// The private key, AES-256-GCM under the key file.
    public var sealedPrivateKey: [UInt8]

    public init(
        algorithm: Algorithm, slot: Slot = .first, use: Use = .active, publicKey: [UInt8], sealedPrivateKey: [UInt8]
    ) {
        self.algorithm = algorithm
        self.slot = slot
        self.use = use
        self.publicKey = publicKey
        self.sealedPrivateKey = sealedPrivateKey
    }
}
