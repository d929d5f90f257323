import Synchronization

/// The certificate and key that a listener shows, which can be exchanged while it serves. Any thread.
///
/// Streams made before an exchange keep what they began with.
package final class TLSServerIdentity: Sendable {
    private let current: Mutex<TLSServerContext>

    /// Two PEM files; see `TLSServerContext`. The listener speaks HTTP/1.1.
    package init(certificate: String, key: String) throws(TLSError) {
        current = Mutex(try TLSServerContext(certificateChain: certificate, privateKey: key, speaksHTTP11: true))
    }

    /// Reads the files anew. Where they cannot be used, the old ones stay.
    package func replace(certificate: String, key: String) throws(TLSError) {
        let context = try TLSServerContext(certificateChain: certificate, privateKey: key, speaksHTTP11: true)
        current.withLock { $0 = context }
    }

    /// A stream that begins as a server, with what is current.
    package func makeStream() throws(TLSError) -> TLSStream { try current.withLock { $0 }.makeStream() }
}
