import COpenSSL

/// One TLS connection as a byte machine: ciphertext in, plaintext out, and back. It knows no socket and never blocks;
/// whoever holds it moves the bytes.
///
/// A client begins with `handshake()` and sends `outgoing()`; a server waits. From then on every received piece goes
/// through `receive`, and `outgoing()` is sent after each, since TLS answers by itself. When the transport ends,
/// `transportEnded()` tells a complete stream from a cut one.
///
/// One owner, one thread at a time: OpenSSL forbids two at once, and no call may be split over a suspension. It may
/// move to another thread between calls.
@safe
public struct TLSStream: ~Copyable {
    enum Role: Sendable {
        case client
        case server
    }

    let stream: OpaquePointer
    /// Both belong to `stream`.
    private let received: OpaquePointer
    private let unsent: OpaquePointer
    var verifiesPeer = false
    private var isClosed = false
    private var failure: TLSError?

    /// Whether the handshake is complete, and with it the verification that was asked for.
    public private(set) var isEstablished = false
    /// Whether the peer sent `close_notify`: all that it had to say was received.
    public private(set) var isClosedByPeer = false

    init(_ context: TLSContextHandle, role: Role) throws(TLSError) {
        let stream = unsafe try context.makeStream()
        guard let received = unsafe polyrelay_tls_memory() else {
            unsafe SSL_free(stream)
            throw .configuration(.stream, reason: OpenSSLErrors.takeReason())
        }
        guard let unsent = unsafe polyrelay_tls_memory() else {
            unsafe BIO_free(received)
            unsafe SSL_free(stream)
            throw .configuration(.stream, reason: OpenSSLErrors.takeReason())
        }
        // From here on both are freed with the stream (SSL_set_bio(3)).
        unsafe SSL_set_bio(stream, received, unsent)
        switch role {
        case .client: unsafe SSL_set_connect_state(stream)
        case .server: unsafe SSL_set_accept_state(stream)
        }
        unsafe self.stream = stream
        unsafe self.received = received
        unsafe self.unsent = unsent
    }

    deinit { unsafe SSL_free(stream) }
}

// MARK: - Moving bytes

extension TLSStream {
    /// Brings the handshake as far as the received bytes allow. True once it is complete. On failure `outgoing()`
    /// holds the alert that tells the peer.
    public mutating func handshake() throws(TLSError) -> Bool {
        if isEstablished { return true }
        try checkUsable()
        OpenSSLErrors.clear()
        let result = unsafe SSL_do_handshake(stream)
        if result == 1 {
            isEstablished = true
            return true
        }
        guard unsafe SSL_get_error(stream, result) == SSL_ERROR_WANT_READ else { throw fail(handshakeFailure()) }
        return false
    }

    /// Takes bytes from the transport and gives the plaintext that they complete, which is none during the handshake.
    /// Send `outgoing()` after it, also when it throws.
    public mutating func receive(_ ciphertext: [UInt8]) throws(TLSError) -> [UInt8] {
        try checkUsable()
        try feed(ciphertext)
        guard try handshake() else { return [] }
        var plaintext: [UInt8] = []
        do throws(TLSError) {
            while let record = try nextRecord() { plaintext.append(contentsOf: record) }
        } catch {
            // What came before the bad record is genuine, and may be the reply that matters: the error waits for the
            // next call.
            if plaintext.isEmpty { throw error }
        }
        return plaintext
    }

    /// Encrypts all of `plaintext`. Gives what is to be written, with anything that was waiting before it.
    public mutating func send(_ plaintext: [UInt8]) throws(TLSError) -> [UInt8] {
        try checkUsable()
        guard isEstablished else { throw .notEstablished }
        guard !isClosed else { throw .closed }
        OpenSSLErrors.clear()
        var written = 0
        // Memory takes everything, so a partial write cannot be.
        guard unsafe SSL_write_ex(stream, plaintext, plaintext.count, &written) == 1 else {
            throw fail(.protocolFailure(reason: OpenSSLErrors.takeReason()))
        }
        return outgoing()
    }

    /// Takes the ciphertext that waits to be written; empty where there is none.
    public mutating func outgoing() -> [UInt8] {
        let count = unsafe BIO_ctrl_pending(unsent)
        guard count > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            _ = unsafe BIO_read_ex(unsent, buffer.baseAddress, count, &filled)
        }
    }

    /// Says `close_notify`, once, and gives what is to be written. The peer may still send until it says so too.
    /// Before the handshake is complete, and after a failure, there is nothing to say.
    public mutating func close() -> [UInt8] {
        guard isEstablished, failure == nil, !isClosed else { return outgoing() }
        isClosed = true
        OpenSSLErrors.clear()
        // 0 and 1 differ in whether the peer has closed as well; a failure leaves nothing to write.
        _ = unsafe SSL_shutdown(stream)
        OpenSSLErrors.clear()
        return outgoing()
    }

    /// To be called when the transport ended. RFC 8446 §6.1: without `close_notify` before it, data may be missing.
    public func transportEnded() throws(TLSError) {
        guard isClosedByPeer else { throw failure ?? .truncated }
    }

    private mutating func feed(_ ciphertext: [UInt8]) throws(TLSError) {
        guard !ciphertext.isEmpty else { return }
        OpenSSLErrors.clear()
        var written = 0
        guard unsafe BIO_write_ex(received, ciphertext, ciphertext.count, &written) == 1 else {
            throw fail(.configuration(.stream, reason: OpenSSLErrors.takeReason()))
        }
    }

    /// The plaintext of the next complete record; nil until more bytes come, and after `close_notify`.
    private mutating func nextRecord() throws(TLSError) -> [UInt8]? {
        OpenSSLErrors.clear()
        var result: Int32 = 0
        let record = unsafe [UInt8](unsafeUninitializedCapacity: TLSLimits.recordOctetsMax) { buffer, filled in
            result = unsafe SSL_read_ex(stream, buffer.baseAddress, buffer.count, &filled)
        }
        if result == 1 { return record }
        switch unsafe SSL_get_error(stream, result) {
        case SSL_ERROR_WANT_READ: return nil
        case SSL_ERROR_ZERO_RETURN:
            isClosedByPeer = true
            return nil
        default: throw fail(.protocolFailure(reason: OpenSSLErrors.takeReason()))
        }
    }

    /// SSL_get_error(3) on a fatal error: "no further I/O operations should be performed on the connection".
    private func checkUsable() throws(TLSError) {
        if let failure { throw failure }
    }

    private mutating func fail(_ error: TLSError) -> TLSError {
        failure = error
        return error
    }

    private func handshakeFailure() -> TLSError {
        let reason = OpenSSLErrors.takeReason()
        let verdict = unsafe SSL_get_verify_result(stream)
        guard verifiesPeer, verdict != X509_V_OK else { return .protocolFailure(reason: reason) }
        // X509_verify_cert_error_string(3) has a text for every number.
        return .certificateRefused(reason: unsafe String(cString: X509_verify_cert_error_string(verdict)))
    }
}
