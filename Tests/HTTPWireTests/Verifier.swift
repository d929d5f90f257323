import HTTPWire
import Testing

/// Feeds the input whole, byte by byte and in random pieces, and demands the same outcome of each.
@discardableResult
func verified(
    _ input: [UInt8], limits: HTTPLimits = .standard, bodyLimit: Int? = nil,
    at location: SourceLocation = #_sourceLocation
) -> [Outcome] {
    let whole = outcomes(of: [input[...]], limits: limits, bodyLimit: bodyLimit)
    let single = outcomes(of: input.indices.map { input[$0...$0] }, limits: limits, bodyLimit: bodyLimit)
    #expect(single == whole, "byte by byte", sourceLocation: location)
    for seed in UInt64(1)...4 {
        let pieces = randomPieces(input, seed: seed, longest: 1 + input.count / 3)
        let cut = outcomes(of: pieces, limits: limits, bodyLimit: bodyLimit)
        #expect(cut == whole, "cut with seed \(seed)", sourceLocation: location)
    }
    return whole
}

/// The fault that the input ends in, however it is cut; nil where it is accepted.
func fault(
    _ input: String, limits: HTTPLimits = .standard, bodyLimit: Int? = nil,
    at location: SourceLocation = #_sourceLocation
) -> FramingFault? {
    fault(bytes(input), limits: limits, bodyLimit: bodyLimit, at: location)
}

func fault(
    _ input: [UInt8], limits: HTTPLimits = .standard, bodyLimit: Int? = nil,
    at location: SourceLocation = #_sourceLocation
) -> FramingFault? {
    switch verified(input, limits: limits, bodyLimit: bodyLimit, at: location).last {
    case .fault(let fault), .ended(let fault?): fault
    default: nil
    }
}

/// The requests that the input holds, however it is cut.
func requests(_ input: String, at location: SourceLocation = #_sourceLocation) -> [RequestSummary] {
    verified(bytes(input), at: location).compactMap {
        guard case .request(let request) = $0 else { return nil }
        return request
    }
}

/// The head of an input that holds one.
func head(_ input: String) throws -> RequestHead {
    var parser = RequestParser()
    parser.receive(bytes(input).span)
    guard case .head(let head) = parser.next() else { throw NoHead() }
    return head
}

struct NoHead: Error {}
