import Base
import DNSWire
import TestKit
import Testing

@Suite("Responses")
struct DNSResponseTests {
    private typealias Builder = ResponseBuilder

    private static func records(_ type: RecordType, _ data: [UInt8]) throws -> [RecordData] {
        var builder = Builder(question: ("example.com", type), answers: 1)
        builder.record(type, data: data)
        return try DNSResponse(builder.bytes).answers.map(\.data)
    }

    @Test("Addresses are read, and only of their own length")
    func addresses() throws {
        #expect(try Self.records(.a, [192, 0, 2, 1]) == [.a(try #require(IPAddress("192.0.2.1")))])
        let six = try #require(IPAddress("2001:db8::1"))
        #expect(try Self.records(.aaaa, six.bytes) == [.aaaa(six)])
        for data in [[192, 0, 2], [192, 0, 2, 1, 0], []] as [[UInt8]] {
            #expect(throws: DNSMessageError.self) { try Self.records(.a, data) }
        }
    }

    @Test("Names in records are read, with pointers into the message")
    func names() throws {
        let host = try #require(DNSName("mail.example.com"))
        let compressed = [4] + Array("mail".utf8) + [0xC0, 12]
        #expect(try Self.records(.cname, compressed) == [.cname(host)])
        #expect(try Self.records(.ns, Builder.wire("mail.example.com")) == [.ns(host)])
        #expect(try Self.records(.ptr, compressed) == [.ptr(host)])
        #expect(try Self.records(.mx, [0, 10] + compressed) == [.mx(preference: 10, exchange: host)])
        #expect(throws: DNSMessageError.recordLength) { try Self.records(.cname, compressed + [0]) }
    }

    @Test("A TXT record has one string or more, each within it")
    func texts() throws {
        let found = try Self.records(.txt, Builder.string("v=spf1 ") + Builder.string("-all"))
        #expect(found.first?.joinedText == Array("v=spf1 -all".utf8))
        #expect(try Self.records(.txt, [0]) == [.txt([[]])])
        #expect(throws: DNSMessageError.recordLength) { try Self.records(.txt, []) }
        #expect(throws: DNSMessageError.recordLength) { try Self.records(.txt, [3, 65]) }
    }

    @Test("Names longer than 255 bytes are refused, also those made of pointers")
    func longNames() throws {
        var builder = Builder(question: ("example.com", .ns), answers: 2)
        let long = (0..<3).flatMap { _ in [63] + [UInt8](repeating: 97, count: 63) }
        let start = builder.bytes.count + 12
        builder.record(.ns, data: long + [0])
        builder.record(.ns, data: [63] + [UInt8](repeating: 98, count: 63) + [0xC0, UInt8(start)])
        #expect(throws: DNSMessageError.name) { try DNSResponse(builder.bytes) }
    }

    @Test("Pointers at themselves, in a circle, forwards and of unknown kinds are refused")
    func pointers() {
        for target in [29, 31, 200] {
            var builder = Builder(question: ("example.com", .a), answers: 1)
            builder.add(pointer: target)
            builder.bytes += [0xC0, 29, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
            #expect(throws: DNSMessageError.name) { try DNSResponse(builder.bytes) }
        }
        for kind in [0x40, 0x80] as [UInt8] {
            var builder = Builder(question: ("example.com", .a), answers: 1)
            builder.bytes += [kind, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
            #expect(throws: DNSMessageError.name) { try DNSResponse(builder.bytes) }
        }
    }

    @Test("A message cut anywhere is refused")
    func cut() throws {
        var builder = Builder(question: ("example.com", .mx), answers: 1, authorities: 1, additional: 1)
        builder.record(.mx, data: [0, 10] + Builder.wire("mx.example"))
        builder.record(.soa, data: Builder.authority(minimum: 60))
        builder.record(RecordType(rawValue: 41), of: "", ttl: 0, data: [])
        _ = try DNSResponse(builder.bytes)
        for count in 0..<builder.bytes.count {
            #expect(throws: DNSMessageError.self, "\(count)") { try DNSResponse(Array(builder.bytes.prefix(count))) }
        }
    }

    @Test("Of a truncated answer only head and question are read")
    func truncated() throws {
        var builder = Builder(flags: 0x8380, question: ("example.com", .txt), answers: 9)
        builder.bytes += [1, 2, 3]
        let response = try DNSResponse(builder.bytes)
        #expect(response.isTruncated)
        #expect(response.answers.isEmpty)
    }

    @Test("EDNS extends the response code, and may stand there once")
    func extendedCode() throws {
        var builder = Builder(question: ("example.com", .a), additional: 1)
        builder.record(RecordType(rawValue: 41), of: "", ttl: 0x0100_0000, data: [])
        #expect(try DNSResponse(builder.bytes).code == .badVersion)
        var twice = Builder(question: ("example.com", .a), additional: 2)
        for _ in 0..<2 { twice.record(RecordType(rawValue: 41), of: "", ttl: 0, data: []) }
        #expect(throws: DNSMessageError.tooMany) { try DNSResponse(twice.bytes) }
    }

    @Test("Records of other classes and types are passed over, and a negative TTL is none")
    func passedOver() throws {
        var builder = Builder(question: ("example.com", .a), answers: 3)
        builder.record(.a, class: 3, data: [1])
        builder.record(RecordType(rawValue: 99), data: [1, 2, 3])
        builder.record(.a, ttl: 0x8000_0001, data: [192, 0, 2, 1])
        let answers = try DNSResponse(builder.bytes).answers
        #expect(answers.map(\.data) == [.other, .a(try #require(IPAddress("192.0.2.1")))])
        #expect(answers.last?.ttlSeconds == 0)
    }

    @Test("An answer must repeat the number and the question of its query")
    func matching() throws {
        let name = try #require(DNSName("example.com"))
        let query = DNSQuery(id: 0x1234, question: DNSQuestion(name, .a))
        func matches(_ builder: Builder) throws -> Bool { try DNSResponse(builder.bytes).answers(query) }
        #expect(try matches(Builder(question: ("EXAMPLE.com", .a))))
        #expect(try !matches(Builder(id: 0x1235, question: ("example.com", .a))))
        #expect(try !matches(Builder(question: ("example.net", .a))))
        #expect(try !matches(Builder(question: ("example.com", .aaaa))))
        #expect(try !matches(Builder()))
        #expect(try matches(Builder(flags: 0x8181)))
        #expect(throws: DNSMessageError.notAnAnswer) { try matches(Builder(flags: 0x0100)) }
    }
}
