import Base
import DNSWire
import Ports
import Resolver
import TestKit
import Testing

@Suite("Names of the machine")
struct HostsTests {
    private let table = HostsTable(
        """
        # The machine's own.
        127.0.0.1\tlocalhost
        192.0.2.7  relay.example relay  # two names
        2001:db8::7 RELAY.example
        no-address name.example
        192.0.2.8
        """)

    private func addresses(_ name: String) -> [String]? {
        DNSName(name).flatMap { table.addresses(of: $0) }?.map(\.description)
    }

    @Test("A name has the addresses of all its lines, whatever its case")
    func lines() {
        #expect(addresses("Relay.Example") == ["192.0.2.7", "2001:db8::7"])
        #expect(addresses("relay") == ["192.0.2.7"])
    }

    @Test("Comments, lines without an address and names that are not there are nothing")
    func nothing() {
        for name in ["two", "name.example", "no-address", "example", "."] { #expect(addresses(name) == nil, "\(name)") }
    }

    @Test("localhost and what lies below it is this machine, in every table")
    func local() {
        for name in ["localhost", "LOCALHOST.", "hooks.acme.localhost"] {
            #expect(addresses(name) == ["::1", "127.0.0.1"], "\(name)")
        }
        #expect(addresses("localhost.example") == nil)
    }

    @Test("What the table knows nobody is asked for, and everything else is asked")
    func asked() async throws {
        let next = ScriptedResolver()
        let resolver = HostsResolver(table, behind: next)
        let known = try #require(DNSName("relay")), other = try #require(DNSName("other.example"))
        let address = try #require(IPAddress("192.0.2.7"))
        #expect(try await resolver.resolve(known, .a, freshness: .cached) == .records([.a(address)]))
        #expect(try await resolver.resolve(known, .aaaa, freshness: .cached) == .noData)
        #expect(next.questions == [])
        #expect(try await resolver.resolve(other, .a, freshness: .cached) == .nameNotFound)
        #expect(try await resolver.resolve(known, .mx, freshness: .cached) == .nameNotFound)
        #expect(next.questions.count == 2)
    }
}
