import DNSWire
import TestKit
import Testing

@Suite("Mutations")
struct MutationTests {
    private static let seeds: [[UInt8]] = {
        var mail = ResponseBuilder(question: ("example.com", .mx), answers: 3, authorities: 1, additional: 1)
        mail.record(.mx, data: [0, 10, 2] + "mx".utf8 + [0xC0, 12])
        mail.record(.txt, data: ResponseBuilder.string("v=spf1 -all") + ResponseBuilder.string("x"))
        mail.record(.cname, data: [1, 97, 0xC0, 12])
        mail.record(.soa, data: ResponseBuilder.authority(minimum: 60))
        mail.record(RecordType(rawValue: 41), of: "", ttl: 0, data: [0, 10, 0, 0])
        var chain = ResponseBuilder(question: ("a.example", .aaaa), answers: 3)
        chain.record(.cname, data: ResponseBuilder.wire("b.example"))
        chain.record(.cname, of: "b.example", data: [0xC0, 12])
        chain.record(.aaaa, of: "b.example", data: [UInt8](repeating: 1, count: 16))
        return [mail.bytes, chain.bytes]
    }()

    /// What parsers have stumbled over: pointers to here and there, long labels, the largest lengths.
    private static let splices: [[UInt8]] = [
        [0xC0, 12], [0xC0, 0], [0xFF, 0xFF], [63], [64], [0], [0x80, 0], [0xC0], [0, 41], [0, 16], [1, 97],
        [0xC0, 40], [0xC1, 0],
    ]

    @Test("A mutated message is refused or within the limits, and never stops the program", arguments: UInt64(0)..<8)
    func mutated(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        for round in 0..<2000 {
            let input = Self.mutate(Self.seeds[random.int(in: 0..<Self.seeds.count)], random)
            guard let response = try? DNSResponse(input) else { continue }
            for record in response.answers + response.authorities {
                #expect(record.name.wire.count <= DNSLimits.nameBytesMax, "seed \(seed), round \(round)")
                #expect(record.name.wire.last == 0, "seed \(seed), round \(round)")
                #expect(record.name.labels.allSatisfy { (1...63).contains($0.count) }, "seed \(seed), round \(round)")
            }
            if let question = response.question { _ = response.answer(to: question) }
        }
    }

    private static func mutate(_ input: [UInt8], _ random: SeededRandom) -> [UInt8] {
        var input = input
        for _ in 0...random.int(in: 0..<3) {
            let place = random.int(in: 0..<input.count)
            switch random.int(in: 0..<4) {
            case 0: input[place] = UInt8(random.int(in: 0..<256))
            case 1: input.remove(at: place)
            case 2: input.insert(contentsOf: splices[random.int(in: 0..<splices.count)], at: place)
            default:
                input.insert(contentsOf: input[place..<min(input.count, place + random.int(in: 0..<40))], at: place)
            }
        }
        return input
    }
}
