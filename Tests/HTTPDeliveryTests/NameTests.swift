import Base
import DNSWire
import HTTPDelivery
import Model
import Ports
import TestKit
import Testing

@Suite("HTTP transport: names")
struct NameTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test("A name is asked of our resolver alone, and its request carries the name")
    func resolved() async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench()
        bench.resolver.put("hooks.acme.test", .a(try address("127.0.0.1")))
        #expect(await bench.perform("http://hooks.acme.test:\(sink.port)/hook").answer?.status == 200)
        #expect(sink.requests.first?.head.contains("\r\nHost: hooks.acme.test:\(sink.port)\r\n") == true)
    }

    @Test(
        "A name in any spelling leads to the addresses of its own", arguments: ["HOOKS.acme.test", "hooks.acme.test."])
    func spellings(host: String) async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench()
        bench.resolver.put("hooks.acme.test", .a(try address("127.0.0.1")))
        #expect(await bench.perform("http://\(host):\(sink.port)/hook").answer?.status == 200)
    }

    @Test("An address that nobody listens at leaves the name's next one")
    func nextAddress() async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench()
        bench.resolver.put("hooks.acme.test", .a(try address("127.0.0.9")), .a(try address("127.0.0.1")))
        #expect(await bench.perform("http://hooks.acme.test:\(sink.port)/hook").answer?.status == 200)
    }

    @Test("A name of this machine is reached at the address that is allowed, where its other one is not")
    func oneOfThisMachine() async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench(allow: ["127.0.0.0/8"])
        bench.resolver.put("hooks.localhost", .aaaa(try address("::1")))
        bench.resolver.put("hooks.localhost", .a(try address("127.0.0.1")))
        #expect(await bench.perform("http://hooks.localhost:\(sink.port)/hook").answer?.status == 200)
    }

    @Test("One forbidden address forbids the name, and nobody is connected to")
    func forbidden() async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench(allow: ["127.0.0.1/32"])
        bench.resolver.put("hooks.acme.test", .a(try address("127.0.0.1")), .a(try address("10.0.0.1")))
        #expect(await bench.perform("http://hooks.acme.test:\(sink.port)/").failure == .blocked)
        #expect(sink.connections == 0)
    }

    @Test("A name that does not exist, one without an address, and silence each say so")
    func reasons() async throws {
        let bench = try TransportBench()
        bench.resolver.put("text.acme.test", text: "no address")
        bench.resolver.fail("down.acme.test")
        #expect(await bench.perform("http://gone.acme.test/").failure == .name)
        #expect(await bench.perform("http://text.acme.test/").failure == .name)
        #expect(await bench.perform("http://down.acme.test/").failure == .resolver)
    }

    @Test("Failures of any kind cost the next request nothing", arguments: 0..<3)
    func failuresBetween(kind: Int) async throws {
        let sink = try await HTTPSink()
        let free = try await HTTPSink().port
        let bench = try TransportBench()
        bench.resolver.put("hooks.acme.test", .a(try address("127.0.0.1")))
        bench.resolver.put("inner.acme.test", .a(try address("10.0.0.1")))
        let dead = ["http://gone.acme.test/", "http://inner.acme.test/", "http://127.0.0.1:\(free)/"][kind]
        for _ in 0..<100 {
            #expect(await bench.perform(dead, timeout: .seconds(5)).failure != nil)
            #expect(await bench.perform("http://hooks.acme.test:\(sink.port)/").answer?.status == 200)
        }
    }
}
