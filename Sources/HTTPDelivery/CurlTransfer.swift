import Base
import CCurl
import Model
import Ports
import Posix

/// One exchange on its way: what the guard said, what has arrived. Alive from its start to its end, as libcurl's
/// callbacks have its address.
final class CurlTransfer {
    let handle: CurlHandle
    let finish: (HTTPExchange) -> Void
    private let egress: EgressPolicy
    private let snippetBytes: Int

    private var snippet: [UInt8] = []
    private var bodyBytes = 0
    private var headBytes = 0
    private var retryAfter: Duration?
    private var retryAt: Instant?
    /// The guard has refused an address. It refuses all others of the name then, too: a name that leads to a forbidden
    /// address is not to be trusted with the next.
    private var isBlocked = false
    private var isBodyCut = false

    init(_ handle: CurlHandle, egress: EgressPolicy, snippetBytes: Int, finish: @escaping (HTTPExchange) -> Void) {
        self.handle = handle
        self.egress = egress
        self.snippetBytes = snippetBytes
        self.finish = finish
    }

    // MARK: The end

    func exchange(_ result: CURLcode) -> HTTPExchange {
        let outcome: HTTPExchange.Outcome
        if result == CURLE_OK || (isBodyCut && result == CURLE_WRITE_ERROR) {
            outcome = .answered(
                HTTPAnswer(status: handle.status, snippet: snippet, retryAfter: retryAfter, retryAt: retryAt))
        } else {
            outcome = .failed(isBlocked ? .blocked : Self.failure(result, wasSent: handle.wasSent))
        }
        return HTTPExchange(outcome: outcome, duration: handle.totalTime, connecting: handle.connectTime)
    }

    /// Each result has its own reason, and only the guard's word is called `blocked`.
    private static func failure(_ result: CURLcode, wasSent: Bool) -> HTTPFailure {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: .name
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_CRL_BADFILE,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_SHUTDOWN_FAILED:
            .tls
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .reset
        // After the request it is said of an answer that is no HTTP/1 or later.
        case CURLE_UNSUPPORTED_PROTOCOL where wasSent: .protocolError
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .blocked
        // Of what is left, memory and libcurl's own state speak of us, the rest of the answer.
        default: wasSent ? .protocolError : .notSent
        }
    }

    // MARK: What libcurl calls

    /// CURLOPT_OPENSOCKETFUNCTION is asked for the socket of every connection with the address that it is for, and the
    /// address that it was shown is the one that libcurl connects to. CURL_SOCKET_BAD refuses.
    static let openSocket: curl_opensocket_callback = { context, _, address in
        guard let context = unsafe context, let address = unsafe address else { return CURL_SOCKET_BAD }
        let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe transfer.open(address)
    }

    private func open(_ address: UnsafePointer<curl_sockaddr>) -> Int32 {
        var bytes = [UInt8](repeating: 0, count: 16)
        var port: UInt16 = 0
        let count = unsafe Int(polyrelay_curl_address(address, &bytes, &port))
        guard !isBlocked, let ip = IPAddress(bytes: bytes.prefix(count)), egress.admits(ip, port: port) else {
            isBlocked = true
            return CURL_SOCKET_BAD
        }
        return unsafe RawSocket.open(
            family: address.pointee.family, type: address.pointee.socktype, protocol: address.pointee.protocol)
            ?? CURL_SOCKET_BAD
    }

    /// Any count but the one given ends the transfer (CURLOPT_WRITEFUNCTION manual).
    static let receivedBody: curl_write_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
        let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe transfer.receiveBody(bytes) ? bytes.count : 0
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let room = snippetBytes - snippet.count
        if room > 0 { unsafe snippet.append(contentsOf: bytes.prefix(room)) }
        bodyBytes += bytes.count
        isBodyCut = bodyBytes > HTTPDeliveryLimits.bodyBytes
        return !isBodyCut
    }

    static let receivedField: curl_write_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
        let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe transfer.receiveField(bytes) ? bytes.count : 0
    }

    private func receiveField(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headBytes += bytes.count
        guard headBytes <= HTTPDeliveryLimits.headBytes else { return false }
        guard unsafe Self.hasName(bytes) else { return true }
        let value = unsafe Self.trimmed(bytes.dropFirst(Self.retryAfterName.count))
        if !value.isEmpty, value.utf8.allSatisfy(ASCII.isDigit) {
            // RFC 9110 §10.2.3: any number of digits; what Int64 cannot hold is beyond every cap.
            retryAfter = .seconds(min(Int64(value) ?? Self.secondsMax, Self.secondsMax))
        } else {
            retryAt = Instant(httpDate: value)
        }
        return true
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer.SubSequence) -> String {
        let rest = unsafe bytes.drop { !ASCII.isVisible($0) }
        return unsafe String(decoding: rest.reversed().drop { !ASCII.isVisible($0) }.reversed(), as: UTF8.self)
    }

    private static let retryAfterName = Array("retry-after:".utf8)
    /// A year: more is as good as never, and must not overflow.
    private static let secondsMax: Int64 = 366 * 86_400

    private static func hasName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe bytes.count > retryAfterName.count
            && zip(retryAfterName, bytes).allSatisfy { $0 == ASCII.lowercased($1) }
    }
}
