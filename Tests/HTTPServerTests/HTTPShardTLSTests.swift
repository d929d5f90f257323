import HTTPServer
import Posix
import Serving
import TLS
import TestKit
import Testing

@Suite("HTTP shard: TLS")
struct HTTPShardTLSTests {
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates.shared() }

    private func serve(_ body: (ShardBench) async throws -> Void) async throws {
        let bench = try await ShardBench(
            identity: try TLSServerIdentity(certificate: certificates.chain, key: certificates.key))
        do {
            try await body(bench)
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    @Test("Who speaks plain HTTP is not answered in it")
    func plain() async throws {
        try await serve { bench in
            let text = try await bench.talk { client in
                try client.send(ShardBench.request("/"))
                return try client.receiveAll()
            }
            #expect(!text.contains("HTTP"))
        }
    }

    @Test("A connection that ends before its handshake does is counted as one whose handshake failed")
    func handshakesFailed() async throws {
        try await serve { bench in
            for path in ["/a", "/b"] {
                _ = try await bench.talk { client in
                    try client.send(ShardBench.request(path))
                    return try client.receiveAll()
                }
            }
            var figures = try #require(await bench.shard.figures.first)
            while figures.connections.open > 0 {
                await bench.turn()
                figures = try #require(await bench.shard.figures.first)
            }
            #expect(figures.connections.accepted == 2 && figures.connections.handshakesFailed == 2)
        }
    }

    @Test("A handshake that is not finished in its time is ended, and not before")
    func slow() async throws {
        try await serve { bench in
            let client = try bench.connect()
            await bench.turn()
            // A record of the handshake that is 512 bytes long, of which one comes.
            try client.send("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}")
            await bench.pass(.seconds(13))
            #expect(client.isOpen)
            await bench.pass(.seconds(4))
            #expect(try await LoopbackClient.onThread { try client.receiveAll() } == "")
        }
    }

    @Test("Files that cannot be used leave what is shown as it was")
    func replacing() throws {
        let identity = try TLSServerIdentity(certificate: certificates.chain, key: certificates.key)
        #expect(throws: TLSError.self) {
            try identity.replace(certificate: certificates.chain, key: certificates.otherKey)
        }
        #expect(throws: TLSError.self) { try identity.replace(certificate: "/nowhere", key: certificates.key) }
        _ = try identity.makeStream()
    }
}
