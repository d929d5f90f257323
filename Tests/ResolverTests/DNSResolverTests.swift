import Base
import DNSWire
import Ports
import Posix
import Resolver
import TestKit
import Testing

@Suite("Resolver", .timeLimit(.minutes(10)))
struct DNSResolverTests {
    @Test("An answer is given, and so is each kind of no")
    func answers() async throws {
        let server = try await ScriptedServer { query in
            switch query.name {
            case "here.example": [query.address()]
            case "empty.example": [query.no(code: 0)]
            default: [query.no()]
            }
        }
        let bench = try ResolverBench(ports: [server.port])
        #expect(try await bench.resolve("here.example") == .address())
        #expect(try await bench.resolve("empty.example") == .noData)
        #expect(try await bench.resolve("absent.example") == .nameNotFound)
    }

    @Test("Each query has a number and a port of its own")
    func unpredictable() async throws {
        let server = try await ScriptedServer { [$0.address()] }
        let bench = try ResolverBench(ports: [server.port])
        for index in 0..<20 { _ = try await bench.resolve("h\(index).example") }
        #expect(Set(server.queries.map(\.id)).count > 15)
        #expect(Set(server.queries.map(\.sourcePort)).count > 15)
    }

    @Test("What answers another question, has another number or is no message is passed over")
    func forgeries() async throws {
        let server = try await ScriptedServer { query in
            var other = ResponseBuilder(id: query.id &+ 1, question: (query.name, query.type), answers: 1)
            other.record(.a, data: [6, 6, 6, 6])
            var stranger = ResponseBuilder(id: query.id, question: ("stranger.example", query.type), answers: 1)
            stranger.record(.a, data: [6, 6, 6, 6])
            return [other.bytes, stranger.bytes, [1, 2, 3], query.address()]
        }
        let bench = try ResolverBench(ports: [server.port])
        #expect(try await bench.resolve("here.example") == .address())
    }

    @Test("A truncated answer is asked for again over TCP")
    func truncation() async throws {
        let server = try await ScriptedServer { query in
            query.isTCP ? [query.address()] : [query.response(0x8380).bytes]
        }
        let bench = try ResolverBench(ports: [server.port])
        #expect(try await bench.resolve("here.example") == .address())
        #expect(server.queries.map(\.isTCP) == [false, true])
    }

    @Test("A connection that ends without an answer is a failure")
    func brokenConnection() async throws {
        let server = try await ScriptedServer { query in query.isTCP ? [] : [query.response(0x8380).bytes] }
        let bench = try ResolverBench(ports: [server.port])
        #expect(await bench.failure("here.example") == .serverFailed)
    }

    @Test("A server that does not know EDNS is asked without it", arguments: [1, 4] as [UInt16])
    func withoutEDNS(_ code: UInt16) async throws {
        let server = try await ScriptedServer { query in query.offersEDNS ? [query.code(code)] : [query.address()] }
        let bench = try ResolverBench(ports: [server.port])
        #expect(try await bench.resolve("here.example") == .address())
        #expect(server.queries.map(\.offersEDNS) == [true, false])
    }

    @Test("A server that cannot answer is passed by", arguments: [2, 5] as [UInt16])
    func nextServer(_ code: UInt16) async throws {
        let first = try await ScriptedServer { [$0.code(code)] }
        let second = try await ScriptedServer { [$0.address()] }
        let bench = try ResolverBench(ports: [first.port, second.port])
        #expect(try await bench.resolve("here.example") == .address())
    }

    @Test("A closed port is known at once, and the next server asked")
    func closedPort() async throws {
        let port = try {
            let socket = try Socket.listen(at: .ip(try #require(IPAddress("127.0.0.1")), port: 0), sharesPort: false)
            guard case .ip(_, let port)? = try socket.localAddress() else { return UInt16(0) }
            return port
        }()
        let second = try await ScriptedServer { [$0.address()] }
        let bench = try ResolverBench(ports: [port, second.port])
        #expect(try await bench.resolve("here.example") == .address())
    }

    @Test("A silent server is passed by, and asked once more if nobody else knows")
    func silence() async throws {
        let silent = try await ScriptedServer { _ in [] }
        let failing = try await ScriptedServer { [$0.code(2)] }
        let bench = try ResolverBench(ports: [silent.port, failing.port], timeout: .milliseconds(50))
        #expect(await bench.failure("here.example") == .timedOut)
        #expect(silent.queries.count == 2)
        #expect(failing.queries.count == 1)
    }

    @Test("A failure is no answer and is not remembered")
    func failuresAreForgotten() async throws {
        let server = try await ScriptedServer { query in query.number == 1 ? [query.code(2)] : [query.address()] }
        let bench = try ResolverBench(ports: [server.port])
        #expect(await bench.failure("here.example") == .serverFailed)
        #expect(try await bench.resolve("here.example") == .address())
    }

    @Test("Aliases are followed from answer to answer")
    func aliases() async throws {
        let server = try await ScriptedServer { query in
            switch query.name {
            case "a.example": [query.alias("b.example")]
            case "b.example": [query.alias("c.example")]
            default: [query.address(7)]
            }
        }
        let bench = try ResolverBench(ports: [server.port])
        #expect(try await bench.resolve("a.example") == .address(7))
        #expect(server.queries.map(\.name) == ["a.example", "b.example", "c.example"])
    }

    @Test("Aliases without an end are given up")
    func endlessAliases() async throws {
        let server = try await ScriptedServer { query in
            [query.alias("n\((Int(query.name.dropFirst().prefix { $0 != "." }) ?? 0) + 1).example")]
        }
        let bench = try ResolverBench(ports: [server.port])
        #expect(await bench.failure("n0.example") == .tooManyAliases)
        #expect(server.queries.count == DNSLimits.aliasesMax + 1)
    }

    @Test("Equal questions at one time are asked once")
    func shared() async throws {
        let server = try await ScriptedServer { query in query.number == 1 ? [] : [query.address()] }
        let bench = try ResolverBench(ports: [server.port], timeout: .milliseconds(200))
        let found = try await withThrowingTaskGroup(of: Resolution.self) { group in
            for _ in 0..<20 { group.addTask { try await bench.resolve("Here.example") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found == Array(repeating: .address(), count: 20))
        #expect(server.queries.count == 2)
    }

    @Test("Closing ends what waits, and answers no more")
    func closing() async throws {
        let server = try await ScriptedServer { _ in [] }
        let bench = try ResolverBench(ports: [server.port])
        async let waiting = bench.failure("here.example")
        await server.waitForQueries(1)
        await bench.resolver.close()
        #expect(await waiting != nil)
        #expect(await bench.failure("there.example") != nil)
        #expect(server.queries.count == 1)
    }
}
