import Base
import DNSWire
import Ports
import Posix
import SMTPDelivery
import SMTPWire
import TestKit

/// Direct delivery into a DNS that a test writes, on a loop of its own.
final class DirectBench: Sendable {
    let transport: DirectTransport
    let dns = ScriptedResolver()
    private let loop: EventLoop
    private let thread: Thread

    /// All servers listen at `port`. Loopback addresses may be reached unless `egress` says otherwise.
    init(
        port: UInt16, egress: [String] = ["127.0.0.0/8"], time: any TimeSource = SystemTime(),
        _ adjust: (inout DirectConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = try DirectConfiguration(heloName: "relay.example")
        configuration.port = port
        configuration.egress = EgressPolicy(allow: egress.compactMap { IPNetwork($0) })
        // Where it matters a test says otherwise: a connection that is kept is not let go on a busy machine.
        configuration.timeouts.overrides[.idle] = .seconds(600)
        adjust(&configuration)
        loop = try EventLoop(name: "direct", time: SystemTime())
        transport = try DirectTransport(
            configuration, resolver: dns, loop: loop, time: time, random: SeededRandom(seed: 1),
            log: CollectingLog().log(time: SystemTime()))
        thread = loop.start()
    }

    deinit {
        loop.stop()
        thread.join()
    }

    /// A domain with these exchanges, the most preferred first, each with an address.
    func put(_ domain: String, _ exchanges: (name: String, address: String)...) {
        let names = exchanges.compactMap { DNSName($0.name) }
        guard let first = names.first else { return }
        let rest = names.dropFirst().enumerated().map {
            RecordData.mx(preference: UInt16(20 + $0), exchange: $1)
        }
        switch rest.count {
        case 0: dns.put(domain, .mx(preference: 10, exchange: first))
        default: dns.put(domain, .mx(preference: 10, exchange: first), rest[0])
        }
        for (name, address) in exchanges {
            guard let address = IPAddress(address) else { continue }
            dns.put(name, address.family == .v4 ? .a(address) : .aaaa(address))
        }
    }

    /// As the queue does: finds the lane, and delivers there.
    func deliver(_ parcel: Parcel = .of(), to destination: String = "dest.example") async -> [AttemptOutcome] {
        let lane = await transport.lanes(for: [destination])[destination] ?? LaneID(destination)
        return await transport.deliver([parcel], lane: lane).flatMap(\.outcomes)
    }
}
