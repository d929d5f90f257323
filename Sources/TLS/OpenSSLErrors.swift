import COpenSSL

/// OpenSSL's error queue. It belongs to the thread: it is cleared before a call and read right after, without a
/// suspension between them.
enum OpenSSLErrors {
    /// SSL_get_error(3): "the current thread's error queue must be empty before the TLS/SSL I/O operation is
    /// attempted, or SSL_get_error() will not work reliably".
    static func clear() { ERR_clear_error() }

    /// The text of the first queued error that has one, and an empty queue. System errors have none.
    static func takeReason() -> String {
        defer { ERR_clear_error() }
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return "no reason given" }
            if let text = unsafe ERR_reason_error_string(code) { return unsafe String(cString: text) }
        }
    }
}
