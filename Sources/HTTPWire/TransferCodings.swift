import Base

/// What the Transfer-Encoding lines of a head have said so far (RFC 9112 §6.1).
enum TransferCodings {
    case absent
    /// Lines, but no coding in them.
    case empty
    /// `chunked` and nothing else.
    case chunked
    /// Codings that we do not know, without `chunked` after them.
    case foreign
    /// Codings that we do not know, then `chunked`.
    case foreignThenChunked
    /// `chunked` twice, or something after it.
    case misplacedChunked

    mutating func add(_ bytes: Span<UInt8>, line: Range<Int>) {
        if case .absent = self { self = .empty }
        var elements = ListElements(in: line)
        while let coding = elements.next(bytes) {
            // Names of codings have no case, and `chunked` has no parameters (RFC 9112 §7, §7.1).
            add(isChunked: bytes.extracting(coding).equalsIgnoringCase("chunked"))
        }
    }

    private mutating func add(isChunked: Bool) {
        self =
            switch self {
            case .absent, .empty: isChunked ? .chunked : .foreign
            case .foreign: isChunked ? .foreignThenChunked : .foreign
            case .chunked, .foreignThenChunked, .misplacedChunked: .misplacedChunked
            }
    }
}
