package import Base
import Model
package import Ports
package import Posix

/// `HTTPTransport` on libcurl: HTTP/1.1 and HTTP/2, connections kept per destination, TLS 1.2 or later.
///
/// One multi handle on one event loop (curl_multi_socket_action), so thousands of transfers cost one thread, and one
/// that hangs costs nothing. Names are asked of our own resolver, their addresses judged, and libcurl is told those
/// addresses, so that it looks up nothing.
///
/// Unchecked Sendable: `engine` and `known` are touched on the loop's thread alone, where everything is handed over to.
package final class CurlTransport: HTTPTransport, @unchecked Sendable {
    private struct Known {
        let addresses: [IPAddress]
        let until: Duration
    }

    private let loop: EventLoop
    private let time: any TimeSource
    private let egress: EgressPolicy
    private let finder: AddressFinder
    private let engine: CurlEngine
    private var known: [String: Known] = [:]

    /// `caFile`: the certificates to trust (PEM) in place of the system's.
    package init(
        egress: EgressPolicy, caFile: String?, resolver: any Resolver, loop: EventLoop, time: any TimeSource
    ) throws(CurlError) {
        self.loop = loop
        self.time = time
        self.egress = egress
        finder = AddressFinder(resolver: resolver, egress: egress)
        engine = try CurlEngine(egress: egress, caFile: caFile, loop: loop)
    }

    package func perform(_ request: OutgoingRequest) async -> HTTPExchange {
        await withCheckedContinuation { continuation in
            onLoop { self.start(request) { continuation.resume(returning: $0) } }
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

    // MARK: On the loop

    private func onLoop(_ work: @escaping @Sendable () -> Void) {
        if loop.isOnLoop { work() } else { loop.execute(work) }
    }

    private func start(_ request: OutgoingRequest, finish: @escaping @Sendable (HTTPExchange) -> Void) {
        guard let target = CurlTarget(request.url), egress.admits(port: target.port) else {
            return finish(HTTPExchange(outcome: .failed(.blocked)))
        }
        if let address = target.address {
            guard egress.admits(address) else { return finish(HTTPExchange(outcome: .failed(.blocked))) }
            return engine.start(request, by: nil, finish: finish)
        }
        let began = time.uptime
        if let known = known[target.host], began < known.until {
            return engine.start(request, by: CurlRoute(target: target, addresses: known.addresses), finish: finish)
        }
        lookUp(target.host, within: request.timeout) { found in
            self.go(on: request, to: target, found, after: self.time.uptime - began, finish: finish)
        }
    }

    private func go(
        on request: OutgoingRequest, to target: CurlTarget, _ found: Result<[IPAddress], HTTPFailure>,
        after spent: Duration, finish: @escaping @Sendable (HTTPExchange) -> Void
    ) {
        switch found {
        case .failure(let failure): finish(HTTPExchange(outcome: .failed(failure), duration: spent))
        case .success(let addresses):
            remember(addresses, of: target.host)
            var request = request
            request.timeout -= spent
            engine.start(request, by: CurlRoute(target: target, addresses: addresses)) { exchange in
                // The look-up is part of the exchange.
                finish(
                    HTTPExchange(
                        outcome: exchange.outcome, duration: exchange.duration + spent,
                        connecting: exchange.connecting.map { $0 + spent }))
            }
        }
    }

    private func remember(_ addresses: [IPAddress], of host: String) {
        if known.count >= HTTPDeliveryLimits.rememberedNames { known.removeAll() }
        known[host] = Known(addresses: addresses, until: time.uptime + HTTPDeliveryLimits.addressAge)
    }

    /// Calls `finish` once, on the loop; `timeout` where nothing was learned within that time.
    private func lookUp(
        _ host: String, within timeout: Duration,
        finish: @escaping @Sendable (Result<[IPAddress], HTTPFailure>) -> Void
    ) {
        let question = Question(finish)
        question.timer = loop.schedule(after: timeout) { _ = question.take()?(.failure(.timeout)) }
        Task(executorPreference: loop) { [loop, finder] in
            let found = await finder.find(host)
            loop.execute {
                guard let finish = question.take() else { return }
                if let timer = question.timer { loop.cancel(timer) }
                finish(found)
            }
        }
    }
}

/// A look-up that is under way. Unchecked Sendable: touched on the transport's loop alone.
private final class Question: @unchecked Sendable {
    private var finish: (@Sendable (Result<[IPAddress], HTTPFailure>) -> Void)?
    var timer: TimerID?

    init(_ finish: @escaping @Sendable (Result<[IPAddress], HTTPFailure>) -> Void) { self.finish = finish }

    /// Whoever comes first has it.
    func take() -> (@Sendable (Result<[IPAddress], HTTPFailure>) -> Void)? { finish.take() }
}
