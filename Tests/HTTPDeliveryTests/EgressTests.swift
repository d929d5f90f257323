import Base
import Model
import Ports
import Testing

/// The guard at work: whatever a URL looks like, what counts is the address that is connected to.
@Suite("HTTP transport: the egress guard")
struct EgressTests {
    /// Hosts that lead, or may lead, to this machine or another private one.
    static let forbidden = [
        "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "0x0", "2130706433", "0x7f000001",
        "017700000001", "0x7f.0.0.1", "0177.0.0.1", "0x7f.1", "0177.1", "127.0.0.01", "127.0x0.0.1", "0x7F.0X0.0.0x1",
        "10.0.0.1", "10.1", "0xa.1", "012.0.0.1", "167772161", "100.64.0.1", "100.127.255.254", "169.254.169.254",
        "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.1",
        "3232235521", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
        "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "[::1]", "[::]",
        "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]",
        "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a00:1]", "[64:ff9b::c0a8:1]", "[64:ff9b:1::1]",
        "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[2001:db8::1]", "[fc00::1]",
        "[fd12:3456:789a::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[100::1]", "[3fff::1]", "[5f00::1]",
        "localhost", "LOCALHOST", "localhost.", "127.0.0.1.",
    ]

    @Test("No spelling of a forbidden address is connected to", arguments: forbidden)
    func spelling(host: String) async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench(allow: [])
        let exchange = await bench.perform("http://\(host):\(sink.port)/", timeout: .seconds(5))
        let failure = try #require(exchange.failure)
        // A dot after a numeric host makes some resolvers look for a name.
        #expect(failure == .blocked || (host.hasSuffix(".") && failure == .name))
        #expect(sink.connections == 0)
    }

    @Test("There are at least 60 of them")
    func count() { #expect(Set(Self.forbidden).count >= 60) }

    @Test(
        "User information, other schemes and broken URLs go nowhere",
        arguments: [
            "http://example.com@127.0.0.1/", "http://user:secret@127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd",
            "gopher://127.0.0.1/", "http://", "", "not a url",
        ])
    func forms(url: String) async throws {
        #expect(await (try TransportBench()).perform(url, timeout: .seconds(2)).failure == .blocked)
    }

    @Test("A redirect to a private address is not followed")
    func redirect() async throws {
        let inside = try await HTTPSink(address: "127.0.0.2")
        let sink = try await HTTPSink { _ in
            .status("302 Found", fields: "Location: http://127.0.0.2:\(inside.port)/\r\n")
        }
        let exchange = await (try TransportBench(allow: ["127.0.0.1/32"])).perform(sink.url)
        #expect(exchange.answer?.status == 302)
        #expect(inside.connections == 0)
    }

    @Test("An exception lets through what it names and nothing else")
    func allow() async throws {
        let bench = try TransportBench(allow: ["127.0.0.1/32"])
        let sink = try await HTTPSink()
        let other = try await HTTPSink(address: "127.0.0.2")
        #expect(await bench.perform(sink.url).answer?.status == 200)
        #expect(await bench.perform("http://127.0.0.2:\(other.port)/").failure == .blocked)
        #expect(other.connections == 0)
    }

    @Test("With ports named, no other is reached; without, none that never speaks HTTP")
    func ports() async throws {
        let sink = try await HTTPSink()
        let other = try await HTTPSink()
        let bench = try TransportBench(ports: [sink.port])
        #expect(await bench.perform(sink.url).answer?.status == 200)
        #expect(await bench.perform(other.url).failure == .blocked)
        #expect(await (try TransportBench()).perform("http://127.0.0.1:25/").failure == .blocked)
    }
}
