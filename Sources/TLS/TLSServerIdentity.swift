import Synchronization

/// The certificate and key that a listener shows, which can be exchanged while it serves. Any thread.
///
/// Streams made before an exchange keep what they began with.
public final class TLSServerIdentity: Sendable {
    /// What is spoken inside TLS.
    public enum Application: Sendable {
        /// HTTP/1.1, which clients may ask for by ALPN (RFC 7301).
        case web
        /// SMTP, which has no name in ALPN.
        case mail
    }

    private let current: Mutex<TLSServerContext>
    private let application: Application

    /// Two PEM files; see `TLSServerContext`.
    public init(certificate: String, key: String, application: Application = .web) throws(TLSError) {
        self.application = application
        current = Mutex(
            try TLSServerContext(
                certificateChain: certificate, privateKey: key, speaksHTTP11: application == .web))
    }

    /// Reads the files anew. Where they cannot be used, the old ones stay.
    public func replace(certificate: String, key: String) throws(TLSError) {
        let context = try TLSServerContext(
            certificateChain: certificate, privateKey: key, speaksHTTP11: application == .web)
        current.withLock { $0 = context }
    }

    /// A stream that begins as a server, with what is current.
    public func makeStream() throws(TLSError) -> TLSStream { try current.withLock { $0 }.makeStream() }
}
