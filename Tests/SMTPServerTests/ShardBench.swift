import Base
import Posix
import SMTPServer
import SMTPWire
import TLS
import TestKit

/// A shard on a loop of its own that listens on a free port, with clocks moved by hand.
final class ShardBench: Sendable {
    let service: StubService
    let time = HandTime()
    let shard: SMTPShard
    let address: SocketAddress
    private let loop: EventLoop
    private let thread: Thread

    private init(
        _ encryption: SMTPListener.Encryption, _ service: StubService, _ addresses: AddressCounts,
        _ identity: TLSServerIdentity?
    ) async throws {
        let loop = try EventLoop(name: "shard", time: time)
        self.loop = loop
        self.service = service
        thread = loop.start()
        shard = SMTPShard(loop: loop, addresses: addresses, time: time, log: CollectingLog().log(time: time))
        var configuration = ServerConfiguration(hostName: try Self.name.get())
        configuration.mechanisms = [.plain]
        configuration.offersStartTLS = encryption == .startTLS || encryption == .either
        address = try await shard.listen(
            at: .ip(try Self.localhost.get(), port: 0),
            SMTPListener(
                encryption: encryption, identity: identity, configuration: configuration, service: service))
    }

    /// Runs one test with a server, and stops it after.
    static func serve(
        _ encryption: SMTPListener.Encryption = .none, service: StubService = StubService(),
        addresses: AddressCounts = AddressCounts(), identity: TLSServerIdentity? = nil,
        _ body: (ShardBench) async throws -> Void
    ) async throws {
        let bench = try await ShardBench(encryption, service, addresses, identity)
        do {
            try await body(bench)
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    private struct Unusable: Error {}
    private static let localhost = Result { if let ip = IPAddress("127.0.0.1") { ip } else { throw Unusable() } }
    private static let name = Result { if let name = HeloName("mail.example") { name } else { throw Unusable() } }

    private func stop() async {
        service.release()
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

    func connect() throws -> LoopbackClient { try LoopbackClient(address) }

    /// A client that has heard the greeting and said EHLO.
    func greeted() async throws -> LoopbackClient {
        let client = try connect()
        _ = try await said(by: client, through: "220 mail.example ESMTP\r\n")
        try client.send("EHLO client.example\r\n")
        _ = try await said(by: client, through: "250 DSN\r\n")
        return client
    }

    /// What the server says, through these words.
    @discardableResult
    func said(by client: LoopbackClient, through words: String) async throws -> String {
        try await LoopbackClient.onThread { try client.receive(through: words) }
    }

    /// What the server says until the end.
    func rest(of client: LoopbackClient) async throws -> String {
        try await LoopbackClient.onThread { try client.receiveAll() }
    }

    static let envelope = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n"
}
