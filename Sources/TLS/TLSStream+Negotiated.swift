import COpenSSL

/// What the handshake agreed on.
extension TLSStream {
    /// `TLSv1.2` or `TLSv1.3`; nil before the handshake is complete.
    public var version: String? {
        guard isEstablished, let name = unsafe SSL_get_version(stream) else { return nil }
        return unsafe String(cString: name)
    }

    /// The cipher suite's name, such as `TLS_AES_256_GCM_SHA384`; nil before the handshake is complete.
    public var cipher: String? {
        guard isEstablished, let cipher = unsafe SSL_get_current_cipher(stream),
            let name = unsafe SSL_CIPHER_get_name(cipher)
        else { return nil }
        return unsafe String(cString: name)
    }

    /// The protocol that both sides chose (RFC 7301); nil where none was offered.
    public var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(stream, &name, &length)
        guard let name = unsafe name, length > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// Whether the peer's certificate was asked for, and is trusted and for the expected host.
    public var isPeerVerified: Bool { isEstablished && verifiesPeer }
}
