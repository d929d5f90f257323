package import Crypto

/// An idempotency key and what it stands for. The key's digest covers its namespace; two different requests with one
/// digest have different fingerprints.
package struct IdempotencyRecord: Sendable, Equatable {
    package var key: Digest256
    package var fingerprint: Digest256

    package init(key: Digest256, fingerprint: Digest256) {
        self.key = key
        self.fingerprint = fingerprint
    }
}
