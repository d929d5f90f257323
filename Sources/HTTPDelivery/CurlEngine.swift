import Base
import CCurl
import Model
import Ports
import Posix

/// Owns one libcurl multi handle and all transfers in it. The loop's thread alone, once the first transfer has begun.
@safe
final class CurlEngine {
    private let multi: UnsafeMutableRawPointer
    private let loop: EventLoop
    private let egress: EgressPolicy
    private let caFile: String?

    /// By their handles' addresses.
    private var transfers: [UInt: CurlTransfer] = [:]
    private var idle: [CurlHandle] = []
    private var watched: Set<Int32> = []
    private var timer: TimerID?
    private var isClosed = false

    init(egress: EgressPolicy, caFile: String?, loop: EventLoop) throws(CurlError) {
        guard CurlClient.isInitialised, let multi = unsafe curl_multi_init() else {
            throw CurlError(code: UInt32(CURLE_FAILED_INIT.rawValue), operation: "start libcurl")
        }
        unsafe self.multi = multi
        self.egress = egress
        self.caFile = caFile
        self.loop = loop
        // Options of a valid handle with values of the right type cannot fail (curl_multi_setopt manual).
        _ = unsafe polyrelay_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, HTTPDeliveryLimits.keptConnections)
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe polyrelay_curl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, this)
        _ = unsafe polyrelay_curl_multi_set_socket(multi, Self.socketChanged)
        _ = unsafe polyrelay_curl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, this)
        _ = unsafe polyrelay_curl_multi_set_timer(multi, Self.timerChanged)
    }

    deinit {
        // The loop may be gone: nothing is to be said to it any more.
        _ = unsafe polyrelay_curl_multi_set_socket(multi, nil)
        _ = unsafe polyrelay_curl_multi_set_timer(multi, nil)
        for transfer in transfers.values { _ = unsafe curl_multi_remove_handle(multi, transfer.handle.pointer) }
        // "Any easy handles must be removed before" (curl_multi_cleanup manual).
        _ = unsafe curl_multi_cleanup(multi)
    }

    // MARK: Transfers

    /// Makes the exchange, and calls `finish` once with what came of it. `route`: the addresses behind the URL's name;
    /// nil where its host is an address.
    func start(_ request: OutgoingRequest, by route: CurlRoute?, finish: @escaping (HTTPExchange) -> Void) {
        guard !isClosed else { return finish(HTTPExchange(outcome: .failed(.reset))) }
        do throws(CurlError) {
            let handle: CurlHandle
            if let kept = idle.popLast() { handle = kept } else { handle = try CurlHandle() }
            let transfer = CurlTransfer(handle, egress: egress, snippetBytes: request.snippetBytes, finish: finish)
            // One that fails here is not kept.
            try handle.prepare(request, route: route, for: transfer, caFile: caFile)
            transfers[handle.address] = transfer
            guard unsafe curl_multi_add_handle(multi, handle.pointer) == CURLM_OK else {
                transfers[handle.address] = nil
                return finish(HTTPExchange(outcome: .failed(.notSent)))
            }
        } catch {
            // Only for want of memory.
            finish(HTTPExchange(outcome: .failed(.notSent)))
        }
    }

    /// Gives up what runs and closes every connection.
    func close() {
        isClosed = true
        for transfer in Array(transfers.values) { end(transfer, result: CURLE_RECV_ERROR) }
        idle.removeAll()
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private func end(_ transfer: CurlTransfer, result: CURLcode) {
        let handle = transfer.handle
        let exchange = transfer.exchange(result)
        _ = unsafe curl_multi_remove_handle(multi, handle.pointer)
        transfers[handle.address] = nil
        handle.release()
        // Whatever failed is retired: after a name look-up that failed, a handle of libcurl 7.88.1 refuses
        // CURLOPT_BUFFERSIZE until it is freed, also after curl_easy_reset, and so would fail the next request.
        let isGood = if case .answered = exchange.outcome { true } else { false }
        if isGood, idle.count < HTTPDeliveryLimits.keptHandles, !isClosed { idle.append(handle) }
        transfer.finish(exchange)
    }

    private func endFinished() {
        var result = CURLE_OK
        while let easy = unsafe polyrelay_curl_multi_finished(multi, &result) {
            if let transfer = transfers[UInt(bitPattern: easy)] { end(transfer, result: result) }
        }
    }

    // MARK: What libcurl waits for

    private func act(_ descriptor: Int32, _ events: Int32) {
        var running: Int32 = 0
        _ = unsafe curl_multi_socket_action(multi, descriptor, events, &running)
        endFinished()
    }

    private func ready(_ descriptor: Int32, _ readiness: Readiness) {
        var events: Int32 = 0
        if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if readiness.contains(.broken) { events |= CURL_CSELECT_ERR }
        act(descriptor, events)
    }

    private func watch(_ descriptor: Int32, _ what: Int32) {
        guard what != CURL_POLL_REMOVE else {
            if watched.remove(descriptor) != nil { loop.unregister(descriptor) }
            return
        }
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
        do throws(PosixError) {
            if watched.contains(descriptor) { return try loop.watch(descriptor, interest) }
            try loop.register(descriptor, interest) { [unowned self] in self.ready(descriptor, $0) }
            watched.insert(descriptor)
        } catch {
            // epoll takes every socket but for want of memory; the transfer then ends by its time.
        }
    }

    private func setTimer(_ milliseconds: Int) {
        if let timer { loop.cancel(timer) }
        timer = nil
        guard milliseconds >= 0, !isClosed else { return }
        timer = loop.schedule(after: .milliseconds(milliseconds)) { [unowned self] in
            self.timer = nil
            self.act(CURL_SOCKET_BAD, 0)
        }
    }

    private static let socketChanged: curl_socket_callback = { _, descriptor, what, context, _ in
        guard let context = unsafe context else { return 0 }
        unsafe Unmanaged<CurlEngine>.fromOpaque(context).takeUnretainedValue().watch(descriptor, what)
        return 0
    }

    /// "A timeout_ms value of -1 passed to this callback means you should delete the timer"
    /// (CURLMOPT_TIMERFUNCTION manual). It must not call back into libcurl, so 0 too goes through the loop.
    private static let timerChanged: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context = unsafe context else { return 0 }
        unsafe Unmanaged<CurlEngine>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
        return 0
    }
}
