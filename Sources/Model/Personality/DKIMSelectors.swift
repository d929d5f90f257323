/// The selectors (RFC 6376 §3.1) under which a personality's customers publish a domain's keys: two for each algorithm,
/// as a new key needs one of its own.
public struct DKIMSelectors: Sendable, Equatable {
    public var rsa: String
    public var ed25519: String
    /// Of the second slot.
    public var secondRSA: String
    public var secondEd25519: String

    /// Those of the second slot are the first ones with a `2` behind, unless they are given.
    public init(rsa: String, ed25519: String, secondRSA: String? = nil, secondEd25519: String? = nil) {
        self.rsa = rsa
        self.ed25519 = ed25519
        self.secondRSA = secondRSA ?? "\(rsa)2"
        self.secondEd25519 = secondEd25519 ?? "\(ed25519)-2"
    }

    public subscript(algorithm: SigningKey.Algorithm, slot: SigningKey.Slot) -> String {
        switch (algorithm, slot) {
        case (.rsa, .first): rsa
        case (.rsa, .second): secondRSA
        case (.ed25519, .first): ed25519
        case (.ed25519, .second): secondEd25519
        }
    }
}
