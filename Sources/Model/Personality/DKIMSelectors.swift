/// The selectors (RFC 6376 §3.1) under which a personality's customers publish a domain's keys.
public struct DKIMSelectors: Sendable, Equatable {
    public var rsa: String
    public var ed25519: String

    public init(rsa: String, ed25519: String) {
        self.rsa = rsa
        self.ed25519 = ed25519
    }

    public subscript(algorithm: SigningKey.Algorithm) -> String {
        switch algorithm {
        case .rsa: rsa
        case .ed25519: ed25519
        }
    }
}
