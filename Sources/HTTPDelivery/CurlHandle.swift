import Base
import CCurl
import Ports

/// Owns one libcurl easy handle and the list of fields that it was lent.
@safe
final class CurlHandle {
    let pointer: UnsafeMutableRawPointer
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var resolved: UnsafeMutablePointer<curl_slist>?

    var address: UInt { unsafe UInt(bitPattern: pointer) }

    init() throws(CurlError) {
        guard let pointer = unsafe curl_easy_init() else {
            throw CurlError(code: UInt32(CURLE_FAILED_INIT.rawValue), operation: "start libcurl")
        }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(fields)
        unsafe curl_slist_free_all(resolved)
    }

    /// Sets every option anew. The transfer must outlive the exchange: libcurl calls it. `route`: the addresses that
    /// the URL's name stands for; nil where its host is an address.
    func prepare(
        _ request: OutgoingRequest, route: CurlRoute?, for transfer: CurlTransfer, caFile: String?
    ) throws(CurlError) {
        unsafe curl_easy_reset(pointer)
        try set(CURLOPT_URL, request.url)
        try setRoute(route)
        try setBounds(request.timeout)
        try setSecurity(caFile: caFile)
        try setBody(request)
        try setFields(request.fields)
        try setCallbacks(transfer)
    }

    /// After the transfer was taken out of its multi handle.
    func release() {
        unsafe curl_easy_reset(pointer)
        unsafe curl_slist_free_all(fields)
        unsafe fields = nil
        unsafe curl_slist_free_all(resolved)
        unsafe resolved = nil
    }

    /// What libcurl finds in its cache it does not look up.
    private func setRoute(_ route: CurlRoute?) throws(CurlError) {
        guard let route else { return }
        unsafe resolved = unsafe curl_slist_append(nil, route.text)
        try check(unsafe polyrelay_curl_set_resolve(pointer, resolved), "set the addresses")
    }

    private func setBounds(_ timeout: Duration) throws(CurlError) {
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_TIMEOUT_MS, max(Int(timeout.nanoseconds / 1_000_000), 1))
        // "Allows quick exit": a look-up that hangs is left to its thread instead of being waited for when the time is
        // up, which would hold every other transfer as well (CURLOPT_QUICK_EXIT manual).
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_MAXAGE_CONN, HTTPDeliveryLimits.idleSeconds)
        try set(CURLOPT_BUFFERSIZE, HTTPDeliveryLimits.receiveBufferBytes)
        try set(CURLOPT_UPLOAD_BUFFERSIZE, HTTPDeliveryLimits.sendBufferBytes)
    }

    private func setSecurity(caFile: String?) throws(CurlError) {
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // No proxy, whatever the environment says.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, 0)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_CA_CACHE_TIMEOUT, HTTPDeliveryLimits.certificateSeconds)
        // HTTP/2 where TLS agrees on it, else 1.1.
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        guard let caFile else { return }
        try set(CURLOPT_CAINFO, caFile)
        // The system's folder would be trusted as well.
        try check(unsafe polyrelay_curl_set_string(pointer, CURLOPT_CAPATH, nil), "set an option")
    }

    private func setBody(_ request: OutgoingRequest) throws(CurlError) {
        if request.method == "GET", request.body.isEmpty { return try set(CURLOPT_HTTPGET, 1) }
        if request.method == "HEAD" { return try set(CURLOPT_NOBODY, 1) }
        try set(CURLOPT_POST, 1)
        // The size first: "CURLOPT_COPYPOSTFIELDS copies as many bytes as it says" (its manual).
        try set(CURLOPT_POSTFIELDSIZE, request.body.count)
        let code = unsafe request.body.withUnsafeBytes { body in
            let start = unsafe UnsafeMutableRawPointer(mutating: body.baseAddress ?? UnsafeRawPointer(pointer))
            return unsafe polyrelay_curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, start)
        }
        try check(code, "set the body")
        if request.method != "POST" { try set(CURLOPT_CUSTOMREQUEST, request.method) }
    }

    private func setFields(_ fields: [OutgoingRequest.Field]) throws(CurlError) {
        // An empty Expect: waiting for 100 (Continue) costs a round trip, and bodies are small.
        var list = unsafe curl_slist_append(nil, "Expect:")
        // libcurl would say of any body that it is a form's.
        if !fields.contains(where: { $0.name.asciiLowercased == "content-type" }) {
            unsafe list = unsafe curl_slist_append(list, "Content-Type:")
        }
        for field in fields {
            // "If you add a header with no content, as in 'Header:', the header is removed. To add one without content,
            // use the form 'name;'" (CURLOPT_HTTPHEADER manual).
            let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
            unsafe list = unsafe curl_slist_append(list, line)
        }
        unsafe self.fields = list
        try check(unsafe polyrelay_curl_set_headers(pointer, list), "set the fields")
    }

    private func setCallbacks(_ transfer: CurlTransfer) throws(CurlError) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        try check(unsafe polyrelay_curl_set_write(pointer, CurlTransfer.receivedBody), "set the receiver")
        try check(unsafe polyrelay_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context), "set the receiver")
        try check(unsafe polyrelay_curl_set_header(pointer, CurlTransfer.receivedField), "set the receiver")
        try check(unsafe polyrelay_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context), "set the receiver")
        try check(unsafe polyrelay_curl_set_opensocket(pointer, CurlTransfer.openSocket), "set the guard")
        try check(unsafe polyrelay_curl_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, context), "set the guard")
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlError) {
        // libcurl copies strings given as options.
        try check(unsafe polyrelay_curl_set_string(pointer, option, value), "set an option")
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try check(unsafe polyrelay_curl_set_long(pointer, option, value), "set an option")
    }

    private func check(_ code: CURLcode, _ operation: StaticString) throws(CurlError) {
        guard code == CURLE_OK else { throw CurlError(code: UInt32(code.rawValue), operation: operation) }
    }

    // MARK: What is known afterwards

    var status: Int {
        var value = 0
        _ = unsafe polyrelay_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &value)
        return value
    }

    /// Something of the request has gone over a connection.
    var wasSent: Bool {
        var bytes = 0
        _ = unsafe polyrelay_curl_get_long(pointer, CURLINFO_REQUEST_SIZE, &bytes)
        return bytes > 0
    }

    var totalTime: Duration { time(CURLINFO_TOTAL_TIME_T) }

    /// nil where the connection was open already.
    var connectTime: Duration? {
        var connections = 0
        _ = unsafe polyrelay_curl_get_long(pointer, CURLINFO_NUM_CONNECTS, &connections)
        guard connections > 0 else { return nil }
        return max(time(CURLINFO_CONNECT_TIME_T), time(CURLINFO_APPCONNECT_TIME_T))
    }

    private func time(_ info: CURLINFO) -> Duration {
        var microseconds: Int64 = 0
        _ = unsafe polyrelay_curl_get_offset(pointer, info, &microseconds)
        return .microseconds(microseconds)
    }
}
