/// Why a TLS step failed. Reasons are OpenSSL's own words for its error code; no case carries a host name, a path, or
/// anything that a peer sent.
public enum TLSError: Error, Hashable, Sendable {
    /// A certificate, key or trust file, or a name, that cannot be used. Lack of memory also ends here.
    case configuration(ConfigurationStep, reason: String)
    /// The peer's certificate is not trusted, not for the expected name, or not valid now.
    case certificateRefused(reason: String)
    /// The handshake failed otherwise, or later a record did. After it the stream is of no use.
    case protocolFailure(reason: String)
    /// The transport ended without `close_notify`: someone may have cut off the end (RFC 8446 §6.1).
    case truncated
    /// Plaintext was given before the handshake was complete.
    case notEstablished
    /// Plaintext was given after `close`.
    case closed

    public enum ConfigurationStep: String, Hashable, Sendable {
        case context, trustStore, certificateChain, privateKey, serverName, verifiedName, protocols, stream
    }

    /// Whether only a change of our own configuration can help. A refused certificate is temporary: its owner may
    /// renew it, and mail waits for that (RFC 8461 §5).
    public var isPermanent: Bool {
        switch self {
        case .configuration, .notEstablished, .closed: true
        case .certificateRefused, .protocolFailure, .truncated: false
        }
    }
}
