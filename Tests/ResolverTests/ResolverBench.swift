import Base
import DNSWire
import Ports
import Posix
import Resolver
import TestKit

/// A resolver on a loop of its own. The cache's clock is the test's; time-outs are the machine's, and short.
final class ResolverBench: Sendable {
    let resolver: DNSResolver
    let time = HandTime()
    private let loop: EventLoop
    private let thread: Thread

    init(
        ports: [UInt16], timeout: Duration = .seconds(20), cachedAnswers: Int = ResolverLimits.cachedAnswers
    ) throws {
        loop = try EventLoop(name: "resolver", time: SystemTime())
        thread = loop.start()
        var configuration = ResolverConfiguration(
            servers: ports.compactMap { port in IPAddress("127.0.0.1").map { .ip($0, port: port) } })
        configuration.attemptTimeout = timeout
        configuration.cachedAnswers = cachedAnswers
        resolver = DNSResolver(configuration, loop: loop, time: time, random: SeededRandom(seed: 3))
    }

    deinit {
        loop.stop()
        thread.join()
    }

    func resolve(
        _ name: String, _ type: RecordType = .a, _ freshness: DNSFreshness = .cached
    ) async throws(ResolverFailure) -> Resolution {
        try await resolver.resolve(DNSName(name) ?? .root, type, freshness: freshness)
    }

    func failure(_ name: String, _ type: RecordType = .a) async -> ResolverFailure? {
        do throws(ResolverFailure) {
            _ = try await resolve(name, type)
            return nil
        } catch {
            return error
        }
    }
}

extension ScriptedServer.Query {
    /// The beginning of an answer.
    func response(
        _ flags: UInt16 = 0x8180, answers: UInt16 = 0, authorities: UInt16 = 0, additional: UInt16 = 0
    ) -> ResponseBuilder {
        ResponseBuilder(
            id: id, flags: flags, question: (name, type), answers: answers, authorities: authorities,
            additional: additional)
    }

    /// The name's address, 192.0.2.`last`.
    func address(_ last: UInt8 = 1, ttl: UInt32 = 300) -> [UInt8] {
        var builder = response(answers: 1)
        builder.record(.a, ttl: ttl, data: [192, 0, 2, last])
        return builder.bytes
    }

    func alias(_ target: String, ttl: UInt32 = 300) -> [UInt8] {
        var builder = response(answers: 1)
        builder.record(.cname, ttl: ttl, data: ResponseBuilder.wire(target))
        return builder.bytes
    }

    func code(_ code: UInt16) -> [UInt8] { response(0x8180 | code).bytes }

    /// A "no" with an SOA.
    func no(code: UInt16 = 3, minimum: UInt32 = 60) -> [UInt8] {
        var builder = response(0x8180 | code, authorities: 1)
        builder.record(.soa, of: "example", ttl: 3600, data: ResponseBuilder.authority(minimum: minimum))
        return builder.bytes
    }
}

extension Resolution {
    /// 192.0.2.`last`
    static func address(_ last: UInt8 = 1) -> Resolution {
        .records([IPAddress(bytes: [192, 0, 2, last])].compactMap { $0 }.map { .a($0) })
    }
}
