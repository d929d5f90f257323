import Base
import HTTPWire

/// What came of feeding a parser, in a form that can be compared.
enum Outcome: Hashable {
    case head(target: String, framing: BodyFraming)
    case request(RequestSummary)
    case fault(FramingFault)
    /// The input ended, and the parser said so of it.
    case ended(FramingFault?)
}

/// All that a request holds, as text.
struct RequestSummary: Hashable {
    var method: String
    var target: String
    var version: HTTPVersion
    var fields: [String]
    var body: String
    var keepAlive: Bool

    init(_ request: Request) {
        let head = request.head
        method = text(head.methodBytes)
        target = text(head.target)
        version = head.version
        fields = (0..<head.fieldCount).map { index in
            let field = head.field(at: index)
            return text(field.name) + ": " + text(field.value)
        }
        body = text(request.body[...])
        keepAlive = head.keepAlive
    }
}

/// Bytes as Latin-1, so that different bytes are different text.
func text(_ bytes: ArraySlice<UInt8>) -> String { String(bytes.map { Character(Unicode.Scalar($0)) }) }

/// Text as UTF-8 bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Feeds the pieces one after the other, taking every event in between, and ends the stream.
func outcomes(of pieces: [ArraySlice<UInt8>], limits: HTTPLimits = .standard, bodyLimit: Int? = nil) -> [Outcome] {
    var parser = RequestParser(limits: limits)
    var outcomes: [Outcome] = []
    for piece in pieces {
        parser.receive(piece.span)
        guard drain(&parser, into: &outcomes, bodyLimit: bodyLimit) else { return outcomes }
    }
    outcomes.append(.ended(parser.finish()))
    return outcomes
}

/// Takes events until more bytes are needed; false after a fault.
private func drain(_ parser: inout RequestParser, into outcomes: inout [Outcome], bodyLimit: Int?) -> Bool {
    while true {
        switch parser.next() {
        case .needMore: return true
        case .head(let head):
            outcomes.append(.head(target: text(head.target), framing: head.framing))
            if let bodyLimit { parser.bodyLimit = bodyLimit }
        case .request(let request): outcomes.append(.request(RequestSummary(request)))
        case .fault(let fault):
            outcomes.append(.fault(fault))
            return false
        }
    }
}

/// The input cut at random places; the same seed cuts the same way.
func randomPieces(_ input: [UInt8], seed: UInt64, longest: Int) -> [ArraySlice<UInt8>] {
    var random = SplitMix(seed: seed)
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < input.count {
        let end = min(input.count, start + 1 + random.below(longest))
        pieces.append(input[start..<end])
        start = end
    }
    return pieces
}

/// A small seeded generator, so that a failure comes back with its seed.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
