import Base

/// Walks the elements of a comma-separated list (RFC 9110 §5.6.1) without copying; empty elements are passed over.
struct ListElements {
    private var rest: Range<Int>

    init(in range: Range<Int>) { rest = range }

    /// The next element without its white space, nil at the end. `bytes` are the same at every call.
    mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
        while !rest.isEmpty {
            let comma = bytes.firstOffset(of: ASCII.comma, in: rest) ?? rest.upperBound
            let element = bytes.trimmingWhitespace(rest.lowerBound..<comma)
            rest = min(comma + 1, rest.upperBound)..<rest.upperBound
            if !element.isEmpty { return element }
        }
        return nil
    }
}
