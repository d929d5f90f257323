import Base
import Posix
import Serving
import TestKit

/// The least that can stand on a floor: it sends back what it hears, ends a client at the end of its side, and one that
/// says nothing for ten seconds.
actor EchoShard {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let time: HandTime
    private lazy var floor: ServingFloor<ConnectionMeter, Client> = makeFloor()
    private var meters: [ConnectionMeter] = []
    /// How many clients each call of `write` was for, in order.
    private(set) var writes: [ConnectionID] = []

    private final class Client: ServedConnection {
        let link: Link
        init(_ link: Link) { self.link = link }
    }

    init(loop: EventLoop, time: HandTime) {
        self.loop = loop
        self.time = time
    }

    private func makeFloor() -> ServingFloor<ConnectionMeter, Client> {
        ServingFloor(
            loop: loop, time: time, log: CollectingLog().log(time: time), outputKeptBytes: 1024,
            duties: ServingFloor.Duties(
                make: { link, _, _ in Client(link) },
                begin: { self.setDeadline($0) },
                ready: { self.ready($0, $1) },
                write: { self.write($0) },
                sweep: { if let end = $0.link.deadline, end <= $1 { self.close($0) } },
                close: { self.close($0) }))
    }

    func listen() throws -> SocketAddress {
        let any = SocketAddress.ip(IPAddress(bytes: [127, 0, 0, 1])!, port: 0)
        let listening = try floor.listen(at: any, identity: nil) { _, meter in meter }
        meters.append(listening.service)
        return listening.address
    }

    var counts: ConnectionCounts { meters.first?.counts ?? ConnectionCounts() }

    func drain() async { await floor.drain { self.close($0) } }

    func closeAll() { floor.closeAll() }

    private func setDeadline(_ client: Client) { client.link.deadline = time.uptime + .seconds(10) }

    private func ready(_ client: Client, _ readiness: Readiness) {
        guard let progress = try? floor.receive(client), case .done(let count) = progress, count > 0 else {
            return close(client)
        }
        setDeadline(client)
        client.link.output += floor.received[..<count]
        floor.gather(client)
        floor.gather(client)
    }

    private func write(_ client: Client) {
        writes.append(client.link.id)
        if !client.link.send() { close(client) }
    }

    private func close(_ client: Client) { floor.remove(client) }
}
