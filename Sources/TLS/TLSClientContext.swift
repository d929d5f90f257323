import COpenSSL

/// Which certificate authorities are believed.
public enum TLSTrust: Hashable, Sendable {
    /// Those that the operating system lists.
    case system
    /// Those in a PEM file, and no others.
    case file(path: String)
}

/// What a client asks of a server's certificate.
public enum TLSVerification: Hashable, Sendable {
    /// Nothing: encryption against who only listens (RFC 7435), as opportunistic SMTP has it.
    case none
    /// A trusted chain, for this host: a DNS name in A-label form, or an IP address.
    case full(hostname: String)
}

/// What all outgoing connections of one kind share. Any thread.
public final class TLSClientContext: Sendable {
    private let handle: TLSContextHandle

    public init(trust: TLSTrust = .system) throws(TLSError) {
        handle = try TLSContextHandle()
        try unsafe handle.configure(.trustStore) { context in
            switch trust {
            case .system: unsafe SSL_CTX_set_default_verify_paths(context)
            case .file(let path): unsafe SSL_CTX_load_verify_file(context, path)
            }
        }
    }

    /// A stream that begins as a client. `serverName` is sent in the clear, so that a host of many names can choose
    /// its certificate; an IP address is left out, as RFC 6066 §3 asks. `protocols` are offered in this order
    /// (RFC 7301); SMTP has none.
    public func makeStream(
        serverName: String?, verification: TLSVerification, protocols: [String] = []
    ) throws(TLSError) -> TLSStream {
        var stream = try TLSStream(handle, role: .client)
        if let serverName { try stream.setServerName(serverName) }
        if case .full(let hostname) = verification { try stream.verify(hostname) }
        if !protocols.isEmpty { try stream.offer(protocols) }
        return stream
    }
}
