import Base
import HTTPServer
import HTTPWire
import Posix
import Serving
import TLS
import TestKit

/// A shard on a loop of its own that listens on a free port, with clocks moved by hand.
final class ShardBench: Sendable {
    let service = StubService()
    let time = HandTime()
    let shard: HTTPShard
    let address: SocketAddress
    private let loop: EventLoop
    private let thread: Thread

    init(
        limits: HTTPLimits = .standard, identity: TLSServerIdentity? = nil, budget: ConnectionBudget? = nil
    ) async throws {
        let loop = try EventLoop(name: "shard", time: time)
        self.loop = loop
        thread = loop.start()
        let shard = HTTPShard(
            loop: loop, limits: limits, time: time, log: CollectingLog().log(time: time), budget: budget)
        self.shard = shard
        let any = SocketAddress.ip(IPAddress(v4: 127, 0, 0, 1), port: 0)
        address = try await shard.listen(at: any, service: service, name: "stub", identity: identity)
    }

    /// Ends the loop. What a connection still has to say is not said.
    func stop() async {
        await shard.closeAll()
        loop.stop()
        thread.join()
    }

    /// Moves the clocks, and has the loop look at its timers as often as the shard does.
    func pass(_ duration: Duration) async {
        var left = duration
        while left > .zero {
            let step = min(left, .seconds(1))
            time.advance(by: step)
            left -= step
            await turn()
        }
    }

    /// Returns when the loop has looked at its descriptors and timers once more.
    func turn() async {
        for _ in 0..<2 {
            await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
        }
    }

    /// Runs a client's conversation, blocking as clients do.
    func talk<Value: Sendable>(_ body: @escaping @Sendable (LoopbackClient) throws -> Value) async throws -> Value {
        let address = address
        return try await LoopbackClient.onThread { try body(LoopbackClient(address)) }
    }

    func connect() throws -> LoopbackClient { try LoopbackClient(address) }

    static func request(_ path: String, method: String = "GET", _ fields: String = "", body: String = "") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\(body)"
    }
}

extension IPAddress {
    init(v4 a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        // Four bytes are always an address.
        self = IPAddress(bytes: [a, b, c, d])!
    }
}
