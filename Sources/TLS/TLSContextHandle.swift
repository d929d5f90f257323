import COpenSSL

/// The one owner of an `SSL_CTX`.
///
/// Unchecked Sendable: everything is set before the initialiser of the context that holds it returns. From then on it
/// is only given to `SSL_new`, which OpenSSL allows from several threads at once (its reference count is atomic and
/// its session cache has a lock).
@safe
final class TLSContextHandle: @unchecked Sendable {
    private let context: OpaquePointer

    /// A context for TLS 1.2 (RFC 8996 retired what is older) and later, in either role.
    init() throws(TLSError) {
        OpenSSLErrors.clear()
        guard let context = unsafe SSL_CTX_new(TLS_method()) else {
            throw .configuration(.context, reason: OpenSSLErrors.takeReason())
        }
        unsafe self.context = context
        try unsafe configure(.context) { unsafe polyrelay_tls_require_version_1_2($0) }
        unsafe polyrelay_tls_set_options(context)
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// Runs one setting, which answers 1 for success as nearly all of OpenSSL does.
    func configure(
        _ step: TLSError.ConfigurationStep, _ setting: (OpaquePointer) -> Int32
    ) throws(TLSError) {
        OpenSSLErrors.clear()
        guard unsafe setting(context) == 1 else {
            throw .configuration(step, reason: OpenSSLErrors.takeReason())
        }
    }

    /// A new `SSL`, which the caller frees. It keeps the `SSL_CTX` alive by itself.
    func makeStream() throws(TLSError) -> OpaquePointer {
        OpenSSLErrors.clear()
        guard let stream = unsafe SSL_new(context) else {
            throw .configuration(.stream, reason: OpenSSLErrors.takeReason())
        }
        return unsafe stream
    }
}
