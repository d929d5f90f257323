import TestKit
import Testing

@testable import DNSWire

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
            #expect(Self.isSound(input), "seed \(seed), round \(round)")
        }
    }

    @Test("A response that is cut anywhere is refused or within the limits", arguments: CapturedResponses.all)
    func cut(_ bytes: [UInt8]) {
        #expect(throws: Never.self) { try DNSResponse(bytes) }
        for count in 0..<bytes.count { #expect(Self.isSound(Array(bytes.prefix(count))), "after \(count) bytes") }
    }

    @Test("A response with any one bit turned is refused or within the limits", arguments: CapturedResponses.all)
    func turned(_ bytes: [UInt8]) {
        for bit in 0..<bytes.count * 8 {
            var input = bytes
            input[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Self.isSound(input), "bit \(bit)")
        }
    }

    @Test("A response with any one byte, and the next, of any value is refused or within the limits")
    func replaced() {
        for bytes in CapturedResponses.all where bytes.count < 100 {
            for place in 0..<bytes.count {
                for value in [0, 1, 12, 41, 63, 64, 128, 191, 192, 255] as [UInt8] {
                    var input = bytes
                    input[place] = value
                    if place + 1 < bytes.count { input[place + 1] = value }
                    #expect(Self.isSound(input), "byte \(place): \(value)")
                }
            }
        }
    }

    @Test("Random bytes after a sound header are refused or within the limits", arguments: UInt64(0)..<4)
    func random(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        for round in 0..<2000 {
            let head: [UInt8] = [0, 1, 0x81, 0x80, 0, 1, 0, 3, 0, 1, 0, 1]
            #expect(Self.isSound(head + random.bytes(random.int(in: 0..<200))), "seed \(seed), round \(round)")
        }
    }

    /// Reads the bytes in every way that there is. False where what was read breaks a limit.
    private static func isSound(_ input: [UInt8]) -> Bool {
        guard let response = try? DNSResponse(input) else { return true }
        if let question = response.question { _ = response.answer(to: question) }
        let records = response.answers + response.authorities
        for record in records { _ = (record.data.joinedText, record.name.text) }
        return records.count <= DNSLimits.recordsMax
            && records.map(\.name.wire).allSatisfy { wire in
                wire.count <= DNSLimits.nameBytesMax && wire.last == 0
                    && DNSName(wire: wire).labels.allSatisfy { (1...DNSLimits.labelBytesMax).contains($0.count) }
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
