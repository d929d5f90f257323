import HTTPWire
import Testing

@Suite("Mutations")
struct MutationTests {
    private static let seeds = [
        "GET /a/b?c=d HTTP/1.1\r\nHost: example.com:80\r\nAccept: */*\r\nConnection: keep-alive, x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\nhello\r\nworld",
        "PUT http://a:1/p HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5;a=\"b\"\r\nhello\r\n0\r\nT: u\r\n\r\n",
        "\r\nOPTIONS * HTTP/1.0\r\nHost:\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
            + "GET / HTTP/1.1\r\nHost: b\r\n\r\n",
    ].map(bytes)

    /// What parsers have stumbled over.
    private static let splices = [
        "\r", "\n", "\r\n", "\r\n\r\n", "\n\n", "\0", " ", "\t", ":", "\u{7f}", "%00", "0", ";", "\"", "\\", "chunked",
        "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "FFFFFFFFFFFFFFFF", "-1", ",",
    ].map(bytes)

    @Test("A mutated stream has one outcome, however it is cut, and never stops the program", arguments: UInt64(0)..<8)
    func mutated(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for round in 0..<250 {
            let input = Self.mutate(Self.seeds[random.below(Self.seeds.count)], &random)
            let whole = outcomes(of: [input[...]])
            #expect(outcomes(of: input.indices.map { input[$0...$0] }) == whole, "seed \(seed), round \(round)")
            let pieces = randomPieces(input, seed: seed &+ UInt64(round), longest: 30)
            #expect(outcomes(of: pieces) == whole, "seed \(seed), round \(round)")
        }
    }

    private static func mutate(_ input: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var input = input
        for _ in 0...random.below(3) {
            let place = random.below(input.count)
            switch random.below(4) {
            case 0: input[place] = UInt8(random.below(256))
            case 1: input.remove(at: place)
            case 2: input.insert(contentsOf: splices[random.below(splices.count)], at: place)
            default: input.insert(contentsOf: input[place..<min(input.count, place + random.below(40))], at: place)
            }
        }
        return input
    }

    @Test("Whatever passes holds no control characters where it could mislead", arguments: UInt64(100)..<104)
    func passedRequestsAreClean(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<500 {
            let input = Self.mutate(Self.seeds[random.below(Self.seeds.count)], &random)
            for case .request(let request) in outcomes(of: [input[...]]) {
                #expect(request.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
                #expect(request.fields.allSatisfy { !$0.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" } })
            }
        }
    }
}
