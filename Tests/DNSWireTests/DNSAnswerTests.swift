import Base
import DNSWire
import TestKit
import Testing

@Suite("Answers")
struct DNSAnswerTests {
    private typealias Builder = ResponseBuilder

    private static func answer(_ builder: Builder, _ type: RecordType = .a) throws -> DNSAnswer {
        try DNSResponse(builder.bytes).answer(to: DNSQuestion(try #require(DNSName("example.com")), type))
    }

    @Test("Records are found through aliases, and live as long as the shortest-lived of them")
    func aliases() throws {
        var builder = Builder(question: ("example.com", .a), answers: 3)
        builder.record(.a, of: "b.example", ttl: 60, data: [192, 0, 2, 1])
        builder.record(.cname, ttl: 30, data: Builder.wire("B.example"))
        builder.record(.a, of: "stranger.example", data: [192, 0, 2, 2])
        let address = try #require(IPAddress("192.0.2.1"))
        #expect(try Self.answer(builder) == .records([.a(address)], seconds: 30))
    }

    @Test("An alias that leads out of the message is to be followed")
    func leadingOut() throws {
        var builder = Builder(question: ("example.com", .a), answers: 1)
        builder.record(.cname, ttl: 30, data: Builder.wire("b.example"))
        #expect(try Self.answer(builder) == .alias(try #require(DNSName("b.example")), seconds: 30))
    }

    @Test("Who asks for the alias itself gets it")
    func aliasItself() throws {
        var builder = Builder(question: ("example.com", .cname), answers: 1)
        builder.record(.cname, ttl: 30, data: Builder.wire("b.example"))
        let target = try #require(DNSName("b.example"))
        #expect(try Self.answer(builder, .cname) == .records([.cname(target)], seconds: 30))
    }

    @Test("Aliases in a circle are no answer")
    func circle() throws {
        var builder = Builder(question: ("example.com", .a), answers: 2)
        builder.record(.cname, data: Builder.wire("b.example"))
        builder.record(.cname, of: "b.example", data: Builder.wire("example.com"))
        #expect(try Self.answer(builder) == .useless)
    }

    @Test("What is not there may be remembered for as long as the SOA says")
    func negative() throws {
        for (flags, expected) in [
            (0x8180 as UInt16, DNSAnswer.noData(seconds: 60)), (0x8183, .nameNotFound(seconds: 60)),
        ] {
            var builder = Builder(flags: flags, question: ("example.com", .a), authorities: 1)
            builder.record(.soa, of: "example", ttl: 3600, data: Builder.authority(minimum: 60))
            #expect(try Self.answer(builder) == expected)
        }
        #expect(try Self.answer(Builder(question: ("example.com", .a))) == .noData(seconds: nil))
        #expect(try Self.answer(Builder(flags: 0x8183, question: ("example.com", .a))) == .nameNotFound(seconds: nil))
    }

    @Test("That an alias leads nowhere is an answer")
    func danglingAlias() throws {
        var builder = Builder(flags: 0x8183, question: ("example.com", .a), answers: 1)
        builder.record(.cname, ttl: 30, data: Builder.wire("b.example"))
        #expect(try Self.answer(builder) == .nameNotFound(seconds: nil))
    }

    @Test("A referral is no answer")
    func referral() throws {
        var builder = Builder(question: ("example.com", .a), authorities: 1)
        builder.record(.ns, of: "com", data: Builder.wire("ns.example"))
        #expect(try Self.answer(builder) == .useless)
    }
}
