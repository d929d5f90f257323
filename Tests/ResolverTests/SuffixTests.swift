import Base
import DNSWire
import Ports
import TestKit
import Testing

@testable import Resolver

@Suite("Short names")
struct SuffixTests {
    @Test(
        "The machine's file says what they are completed with, in its last line of the kind",
        arguments: [
            ("nameserver 192.0.2.1\n", []), ("search a.example b.example.\n", ["a.example", "b.example"]),
            ("domain a.example\nsearch\tb.example\n", ["b.example"]), ("search .\n", []),
            ("searching a.example\n# search b.example\n", []),
            ("search a b c d e f g h\n", ["a", "b", "c", "d", "e", "f"]),
        ])
    func file(text: String, expected: [String]) {
        #expect(SystemServers.suffixes(in: text).map(\.text) == expected)
    }

    private func answer(_ name: String, _ names: ScriptedResolver) async throws -> Resolution {
        let suffixes = try ["a.example", "b.example"].map { try #require(DNSName($0)) }
        let resolver = SuffixResolver(suffixes, behind: names)
        return try await resolver.resolve(try #require(DNSName(name)), .a, freshness: .cached)
    }

    @Test("A name of one label is what the first completion says that is there")
    func completed() async throws {
        let (names, address) = (ScriptedResolver(), try #require(IPAddress("192.0.2.9")))
        names.put("mail.b.example", .a(address))
        #expect(try await answer("mail", names) == .records([.a(address)]))
        #expect(names.questions.map(\.name.text) == ["mail", "mail.a.example", "mail.b.example"])
        #expect(try await answer("nowhere", names) == .nameNotFound)
    }

    @Test("A name that is there as it is, and one of several labels, is completed by nothing")
    func whole() async throws {
        let (names, address) = (ScriptedResolver(), try #require(IPAddress("192.0.2.9")))
        names.put("mail", .a(address))
        #expect(try await answer("mail", names) == .records([.a(address)]))
        #expect(try await answer("mail.other", names) == .nameNotFound)
        #expect(names.questions.count == 2)
    }
}
