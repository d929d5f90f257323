import COpenSSL

/// What all connections of one listener share. Any thread. Renewed certificates are read by making a new context;
/// streams made before keep the old one alive.
public final class TLSServerContext: Sendable {
    private let handle: TLSContextHandle

    /// Reads a PEM chain (the server's own certificate first) and its PEM key, which must not be encrypted.
    /// `speaksHTTP11` chooses `http/1.1` where a client offers protocols (RFC 7301), and refuses those that offer
    /// only others.
    public init(certificateChain: String, privateKey: String, speaksHTTP11: Bool = false) throws(TLSError) {
        handle = try TLSContextHandle()
        try unsafe handle.configure(.certificateChain) { context in
            unsafe SSL_CTX_use_certificate_chain_file(context, certificateChain)
        }
        try unsafe handle.configure(.privateKey) { context in
            // Without this, an encrypted key makes OpenSSL ask the terminal and wait.
            unsafe SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
            // Also checks that the key is the certificate's.
            return unsafe SSL_CTX_use_PrivateKey_file(context, privateKey, SSL_FILETYPE_PEM)
        }
        if speaksHTTP11 {
            try unsafe handle.configure(.context) { context in
                unsafe polyrelay_tls_speak_http11(context)
                return 1
            }
        }
    }

    /// A stream that begins as a server.
    public func makeStream() throws(TLSError) -> TLSStream { try TLSStream(handle, role: .server) }
}
