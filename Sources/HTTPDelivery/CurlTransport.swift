package import Ports
package import Posix

/// `HTTPTransport` on libcurl: HTTP/1.1 and HTTP/2, connections kept per destination, TLS 1.2 or later.
///
/// One multi handle on one event loop (curl_multi_socket_action), so thousands of transfers cost one thread, and one
/// that hangs costs nothing. Names are looked up by libcurl on threads of its own.
///
/// Unchecked Sendable: `engine` is touched on the loop's thread alone, where everything is handed over to.
package final class CurlTransport: HTTPTransport, @unchecked Sendable {
    private let loop: EventLoop
    private let engine: CurlEngine

    /// `caFile`: the certificates to trust (PEM) in place of the system's.
    package init(egress: EgressPolicy, caFile: String?, loop: EventLoop) throws(CurlError) {
        self.loop = loop
        engine = try CurlEngine(egress: egress, caFile: caFile, loop: loop)
    }

    package func perform(_ request: OutgoingRequest) async -> HTTPExchange {
        await withCheckedContinuation { continuation in
            if loop.isOnLoop {
                engine.start(request) { continuation.resume(returning: $0) }
            } else {
                loop.execute { self.engine.start(request) { continuation.resume(returning: $0) } }
            }
        }
    }

    package func close() async {
        await withCheckedContinuation { continuation in
            loop.execute {
                self.engine.close()
                continuation.resume()
            }
        }
    }
}
