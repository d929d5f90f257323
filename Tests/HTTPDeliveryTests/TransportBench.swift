import Base
import DNSWire
import HTTPDelivery
import Model
import Ports
import Posix
import TestKit

/// A transport on a loop of its own.
final class TransportBench: Sendable {
    let transport: CurlTransport
    let resolver = ScriptedResolver()
    private let loop: EventLoop
    private let thread: Thread

    /// `allow`: networks beside the public ones.
    init(allow: [String] = ["127.0.0.0/8"], ports: Set<UInt16>? = nil, caFile: String? = nil) throws {
        loop = try EventLoop(name: "http", time: SystemTime())
        transport = try CurlTransport(
            egress: EgressPolicy(allow: allow.compactMap { IPNetwork($0) }, ports: ports), caFile: caFile,
            resolver: resolver, loop: loop, time: SystemTime())
        if let loopback = IPAddress("127.0.0.1") { resolver.put("localhost", .a(loopback)) }
        thread = loop.start()
    }

    deinit {
        loop.stop()
        thread.join()
    }

    func perform(
        _ url: String, method: String = "POST", body: String = "{}", fields: [OutgoingRequest.Field] = [],
        timeout: Duration = .seconds(10)
    ) async -> HTTPExchange {
        await transport.perform(
            OutgoingRequest(method: method, url: url, fields: fields, body: Array(body.utf8), timeout: timeout))
    }
}

extension HTTPExchange {
    var answer: HTTPAnswer? { if case .answered(let answer) = outcome { answer } else { nil } }
    var failure: HTTPFailure? { if case .failed(let failure) = outcome { failure } else { nil } }
}
