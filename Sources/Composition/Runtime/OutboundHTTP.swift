import Base
import HTTPDelivery
import Ports
import Posix

/// The way out for requests of our own, webhooks and relayed ones alike, on a loop of its own.
final class OutboundHTTP: Sendable {
    let loop: EventLoop
    let transport: CurlTransport
    let egress: EgressPolicy
    private let thread: Thread

    /// Names are asked of `resolver`.
    init(_ configuration: Configuration, resolver: any Resolver, time: any TimeSource) throws {
        egress = EgressPolicy(allow: configuration.egress.allow, ports: configuration.egress.ports)
        loop = try EventLoop(name: "outbound", time: time)
        do {
            transport = try CurlTransport(
                egress: egress, caFile: configuration.egress.caFile, resolver: resolver, loop: loop, time: time)
        } catch {
            throw StartError.configuration("egress: \(error)")
        }
        thread = loop.start()
    }

    func close() {
        loop.stop()
        thread.join()
    }
}
