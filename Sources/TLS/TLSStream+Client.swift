import COpenSSL

/// What a client sets before its handshake.
extension TLSStream {
    /// RFC 6066 §3.
    mutating func setServerName(_ name: String) throws(TLSError) {
        guard !Self.isAddress(name) else { return }
        try unsafe configure(.serverName, name) { unsafe polyrelay_tls_set_server_name(stream, $0) }
    }

    /// The handshake fails unless the peer's certificate is trusted and names `host` (RFC 9525 §6).
    mutating func verify(_ host: String) throws(TLSError) {
        let parameters = unsafe SSL_get0_param(stream)
        // RFC 9525 §6.3: a wildcard stands for one whole label; RFC 9525 §2: the common name counts for nothing.
        let flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
        unsafe X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(flags))
        let isAddress = Self.isAddress(host)
        try unsafe configure(.verifiedName, host) { name in
            isAddress
                ? unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name)
                : unsafe X509_VERIFY_PARAM_set1_host(parameters, name, 0)
        }
        unsafe SSL_set_verify(stream, SSL_VERIFY_PEER, nil)
        verifiesPeer = true
    }

    /// RFC 7301 §3.1: each name behind its length.
    mutating func offer(_ protocols: [String]) throws(TLSError) {
        var list: [UInt8] = []
        for name in protocols {
            guard (1...255).contains(name.utf8.count) else {
                throw .configuration(.protocols, reason: "not a protocol")
            }
            list.append(UInt8(name.utf8.count))
            list.append(contentsOf: name.utf8)
        }
        OpenSSLErrors.clear()
        // SSL_set_alpn_protos(3): "return 0 on success", unlike nearly all others.
        guard unsafe SSL_set_alpn_protos(stream, list, UInt32(list.count)) == 0 else {
            throw .configuration(.protocols, reason: OpenSSLErrors.takeReason())
        }
    }

    private func configure(
        _ step: TLSError.ConfigurationStep, _ name: String, _ setting: (UnsafePointer<CChar>) -> Int32
    ) throws(TLSError) {
        // C would stop at a NUL and see another name, and an empty name would switch the check of names off.
        guard !name.isEmpty, !name.utf8.contains(0) else { throw .configuration(step, reason: "not a host name") }
        OpenSSLErrors.clear()
        guard unsafe name.withCString(setting) == 1 else {
            throw .configuration(step, reason: OpenSSLErrors.takeReason())
        }
    }

    private static func isAddress(_ name: String) -> Bool {
        guard let address = unsafe a2i_IPADDRESS(name) else {
            OpenSSLErrors.clear()
            return false
        }
        unsafe ASN1_OCTET_STRING_free(address)
        return true
    }
}
