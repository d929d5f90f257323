public import Crypto

/// An idempotency key and what it stands for. The key's digest covers its namespace; two different requests with one
/// digest have different fingerprints.
public struct IdempotencyRecord: Sendable, Equatable {
    public var key: Digest256
    public var fingerprint: Digest256

    public init(key: Digest256, fingerprint: Digest256) {
        self.key = key
        self.fingerprint = fingerprint
    }
}
