import Base
import CCurl

/// HTTP requests through libcurl, one at a time and blocking: what the command line needs to speak to a running server.
///
/// Owns one easy handle and reuses its connection. Not Sendable: one thread.
@safe
package final class CurlClient {
    /// An answer: its status and its body.
    package struct Answer: Sendable {
        package let status: Int
        package let body: [UInt8]
    }

    private let handle: UnsafeMutableRawPointer
    private let socketPath: String

    /// Requests go to the server that listens on the local socket `socketPath`.
    package init(socketPath: String) throws(CurlError) {
        guard Self.isInitialised, let handle = unsafe curl_easy_init() else {
            throw CurlError(code: UInt32(CURLE_FAILED_INIT.rawValue), operation: "start libcurl")
        }
        unsafe self.handle = handle
        self.socketPath = socketPath
    }

    deinit { unsafe curl_easy_cleanup(handle) }

    /// "This function must be called at least once within a program before the program calls any other function in
    /// libcurl" (curl_global_init manual); a static is initialised once, whatever the threads do.
    static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Posts a JSON body to a path. `timeout` is for the whole exchange.
    package func post(_ path: String, body: [UInt8], timeout: Duration) throws(CurlError) -> Answer {
        let sink = Sink()
        var fields = unsafe curl_slist_append(nil, "Content-Type: application/json")
        // An empty Expect: the server is on this machine, and waiting for 100 (Continue) would only take time.
        unsafe fields = curl_slist_append(fields, "Expect:")
        defer { unsafe curl_slist_free_all(fields) }
        try set(CURLOPT_UNIX_SOCKET_PATH, socketPath)
        try set(CURLOPT_URL, "http://localhost\(path)")
        // No proxy, whatever the environment says.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_TIMEOUT_MS, Int(timeout.nanoseconds / 1_000_000))
        try check(unsafe polyrelay_curl_set_headers(handle, fields), "set the fields")
        try check(unsafe polyrelay_curl_set_write(handle, Self.receive), "set the receiver")
        try check(
            unsafe polyrelay_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(sink).toOpaque()),
            "set the receiver")
        try perform(body)
        var status = 0
        try check(unsafe polyrelay_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status), "read the status")
        return Answer(status: status, body: sink.bytes)
    }

    /// The body must stay where it is until the transfer has ended: libcurl does not copy it.
    private func perform(_ body: [UInt8]) throws(CurlError) {
        try set(CURLOPT_POSTFIELDSIZE, body.count)
        var body = body
        let code = unsafe body.withUnsafeMutableBytes { buffer in
            let set = unsafe polyrelay_curl_set_pointer(handle, CURLOPT_POSTFIELDS, buffer.baseAddress)
            return set == CURLE_OK ? unsafe curl_easy_perform(handle) : set
        }
        try check(code, "reach the server")
    }

    /// Collects what arrives. Alive as long as the call of `post` that made it.
    private final class Sink {
        var bytes: [UInt8] = []
    }

    private static let receive: curl_write_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
        unsafe Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().bytes.append(contentsOf: bytes)
        return size * count
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlError) {
        // libcurl copies strings given as options.
        try check(unsafe polyrelay_curl_set_string(handle, option, value), "set an option")
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try check(unsafe polyrelay_curl_set_long(handle, option, value), "set an option")
    }

    private func check(_ code: CURLcode, _ operation: StaticString) throws(CurlError) {
        guard code == CURLE_OK else { throw CurlError(code: UInt32(code.rawValue), operation: operation) }
    }
}

/// Why an exchange failed. Temporary unless the server is gone.
package struct CurlError: Error, CustomStringConvertible {
    /// libcurl's code.
    package let code: UInt32
    package let operation: StaticString

    package var description: String {
        "\(operation): \(unsafe String(cString: curl_easy_strerror(CURLcode(rawValue: code))))"
    }

    /// Nobody listens there.
    package var isNotConnected: Bool { code == UInt32(CURLE_COULDNT_CONNECT.rawValue) }
}

/// The version of libcurl in use.
package var curlVersion: String {
    guard let info = unsafe curl_version_info(CURLVERSION_FIRST) else { return "" }
    return unsafe String(cString: info.pointee.version)
}
