import Base
import DNSWire
import Ports
import Posix
import Resolver
import TestKit
import Testing

@Suite("Answers kept", .timeLimit(.minutes(10)))
struct AnswerCacheTests {
    @Test("An answer is kept for as long as its TTL says")
    func timeToLive() async throws {
        let server = try await ScriptedServer { [$0.address(UInt8($0.number), ttl: 60)] }
        let bench = try ResolverBench(ports: [server.port])
        #expect(try await bench.resolve("here.example") == .address(1))
        bench.time.advance(by: .seconds(59))
        #expect(try await bench.resolve("HERE.example") == .address(1))
        bench.time.advance(by: .seconds(1))
        #expect(try await bench.resolve("here.example") == .address(2))
    }

    @Test("A no is kept for as long as the SOA says, and no longer than three hours")
    func negative() async throws {
        let server = try await ScriptedServer { query in
            query.name == "short.example" ? [query.no(minimum: 60)] : [query.no(code: 0, minimum: 3600 * 24)]
        }
        let bench = try ResolverBench(ports: [server.port])
        for name in ["short.example", "long.example"] { _ = try await bench.resolve(name) }
        bench.time.advance(by: .seconds(59))
        for name in ["short.example", "long.example"] { _ = try await bench.resolve(name) }
        #expect(server.queries.count == 2)
        bench.time.advance(by: .seconds(2))
        for name in ["short.example", "long.example"] { _ = try await bench.resolve(name) }
        #expect(server.queries.count == 3)
    }

    @Test("What may not be kept is asked for again")
    func unkept() async throws {
        let server = try await ScriptedServer { query in
            query.name == "zero.example" ? [query.address(ttl: 0)] : [query.code(3)]
        }
        let bench = try ResolverBench(ports: [server.port])
        for _ in 0..<2 { for name in ["zero.example", "gone.example"] { _ = try await bench.resolve(name) } }
        #expect(server.queries.count == 4)
    }

    @Test("Who asks afresh is not answered from the cache, and what comes is kept for the others")
    func fresh() async throws {
        let server = try await ScriptedServer { [$0.address(UInt8($0.number))] }
        let bench = try ResolverBench(ports: [server.port])
        #expect(try await bench.resolve("here.example") == .address(1))
        #expect(try await bench.resolve("here.example", .a, .fresh) == .address(2))
        #expect(try await bench.resolve("here.example") == .address(2))
    }

    @Test("So many answers are kept and no more, the soonest to end going first")
    func bounded() async throws {
        let server = try await ScriptedServer { query in
            [query.address(ttl: query.name == "short.example" ? 60 : 600)]
        }
        let bench = try ResolverBench(ports: [server.port], cachedAnswers: 3)
        for name in ["a.example", "short.example", "b.example", "c.example"] { _ = try await bench.resolve(name) }
        for name in ["a.example", "b.example", "c.example"] { _ = try await bench.resolve(name) }
        #expect(server.queries.count == 4)
        _ = try await bench.resolve("short.example")
        #expect(server.queries.count == 5)
    }

    @Test("The machine's servers are read from its file, and those that cannot be reached passed over")
    func systemServers() throws {
        let text = "# x\nsearch example\nnameserver 192.0.2.1\nnameserver\t2001:db8::1 # y\nnameserver fe80::1%eth0\n"
        #expect(SystemServers.servers(in: text).map(\.description) == ["192.0.2.1:53", "[2001:db8::1]:53"])
        #expect(SystemServers.read("/nowhere/resolv.conf").map(\.description) == ["127.0.0.1:53"])
    }
}
