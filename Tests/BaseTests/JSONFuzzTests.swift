import Base
import Testing

/// Seeded, so that a failure names what repeats it.
@Suite("JSON under random input")
struct JSONFuzzTests {
    static let samples = [
        #"{"from":"a@example.com","to":["b@example.com","c@example.com"],"subject":"Grüße 😀","meta":{"n":-1.5e+10}}"#,
        #"[[],{},"",0,-0,1e9,true,false,null,"\u00e9\ud83d\ude00\\\/\"\b\f\n\r\t",[[[[{"a":{"b":[]}}]]]]]"#,
        #"  { "a" : 1 , "\u0061b" : "\u0000" , "c" : [ 1 , 2 ] }  "#,
    ]

    @Test("A mutated text never stops the scanner, and what it takes it writes back", arguments: UInt64(0)..<8)
    func mutations(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var taken = 0
        for round in 0..<4000 {
            var bytes = Array(Self.samples[round % Self.samples.count].utf8)
            for _ in 0...Int.random(in: 0..<4, using: &random) { Self.mutate(&bytes, using: &random) }
            guard let root = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)).root else { continue }
            taken += 1
            Self.touch(root)
            let written = JSONCanonical(root).bytes
            let again = try JSONDocument(written, limits: JSONLimits(bytesMax: written.count)).root
            #expect(JSONCanonical(again).bytes == written, "\(bytes.text)")
        }
        // Guards the test itself: mutations that break every text would prove nothing.
        #expect(taken > 100)
    }

    @Test("A text cut short anywhere is refused")
    func prefixes() {
        for sample in Self.samples {
            let bytes = Array(sample.utf8)
            let end = (bytes.lastIndex { $0 != ASCII.space } ?? 0)
            for length in 0...end { #expect(JSONDocument.failure(Array(bytes[..<length])) != nil, "\(length)") }
        }
    }

    @Test("Random bytes never stop the scanner", arguments: UInt64(0)..<4)
    func noise(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("{}[]:,\"\\u0aeE+-.19truefalsn \n\u{0}é".utf8) + [0x80, 0xFF]
        for _ in 0..<5000 {
            let length = Int.random(in: 0..<24, using: &random)
            let bytes = (0..<length).map { _ in alphabet[Int.random(in: alphabet.indices, using: &random)] }
            if let root = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: length)).root { Self.touch(root) }
        }
    }

    /// Reads everything there is to read.
    private static func touch(_ value: JSONValue) {
        _ = (value.raw, value.string, value.stringBytes, value.integer, value.bool)
        value.members?.forEach { touch($0.value) }
        value.elements?.forEach { touch($0) }
    }

    private static func mutate(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        guard let place = bytes.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[place] = Array("{}[]:,\"\\0".utf8).randomElement(using: &random) ?? 0
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(UInt8.random(in: 0x20..<0x7F, using: &random), at: place)
        default:
            let end = Int.random(in: place...bytes.count, using: &random)
            bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        }
    }
}
