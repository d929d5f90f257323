/// Reads one JSON text, strictly by RFC 8259, into a flat list of tokens.
///
/// Strict means: no byte order mark, nothing after the value, no invalid UTF-8, no half of a surrogate pair, no member
/// name twice in one object, every size bounded. Nothing is converted: a token says where a value lies, so what
/// passes through this server passes unchanged.
struct JSONScanner: ~Copyable {
    let bytes: [UInt8]
    private let limits: JSONLimits
    var position = 0
    private(set) var tokens: [JSONToken] = []

    static func tokens(of bytes: [UInt8], limits: JSONLimits) throws(JSONError) -> [JSONToken] {
        guard bytes.count <= limits.bytesMax else { throw JSONError(.tooLarge, at: limits.bytesMax) }
        // RFC 8259 §8.1: a parser may ignore a byte order mark; this one says what is wrong.
        guard !bytes.starts(with: byteOrderMark) else { throw JSONError(.byteOrderMark, at: 0) }
        var scanner = JSONScanner(bytes: bytes, limits: limits)
        try scanner.text()
        return scanner.tokens
    }

    private init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        tokens.reserveCapacity(Self.tokensReserved)
    }

    // RFC 8259 §2: JSON-text = ws value ws
    private mutating func text() throws(JSONError) {
        skipWhitespace()
        try value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    }

    // RFC 8259 §3
    private mutating func value(depth: Int) throws(JSONError) {
        guard position < bytes.count else { throw failure }
        switch bytes[position] {
        case ASCII.quote: try string()
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case UInt8(ascii: "t"): try literal("true", .bool)
        case UInt8(ascii: "f"): try literal("false", .bool)
        case UInt8(ascii: "n"): try literal("null", .null)
        case ASCII.hyphen, ASCII.zero...UInt8(ascii: "9"): try number()
        default: throw failure
        }
    }

    // RFC 8259 §4
    private mutating func object(depth: Int) throws(JSONError) {
        let opening = try open(.object, depth: depth)
        if take(UInt8(ascii: "}")) { return close(opening) }
        repeat {
            skipWhitespace()
            guard position < bytes.count, bytes[position] == ASCII.quote else { throw failure }
            try string()
            skipWhitespace()
            guard take(ASCII.colon) else { throw failure }
            skipWhitespace()
            try value(depth: depth)
            skipWhitespace()
        } while take(ASCII.comma)
        guard take(UInt8(ascii: "}")) else { throw failure }
        close(opening)
        try refuseDuplicates(in: opening)
    }

    // RFC 8259 §5
    private mutating func array(depth: Int) throws(JSONError) {
        let opening = try open(.array, depth: depth)
        if take(UInt8(ascii: "]")) { return close(opening) }
        repeat {
            skipWhitespace()
            try value(depth: depth)
            skipWhitespace()
        } while take(ASCII.comma)
        guard take(UInt8(ascii: "]")) else { throw failure }
        close(opening)
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONKind) throws(JSONError) {
        let start = position
        position += 1
        for offset in 1..<word.utf8CodeUnitCount {
            guard position < bytes.count, bytes[position] == Self.byte(of: word, at: offset) else { throw failure }
            position += 1
        }
        try append(kind, from: start)
    }

    private static func byte(of word: StaticString, at offset: Int) -> UInt8 {
        word.withUTF8Buffer { unsafe $0[offset] }
    }

    // RFC 8259 §6: number = [ minus ] int [ frac ] [ exp ]
    private mutating func number() throws(JSONError) {
        let start = position
        _ = take(ASCII.hyphen)
        // A leading zero stands alone; digits after it are found by whoever expects a comma there.
        if !take(ASCII.zero) { try digits() }
        if take(ASCII.period) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(ASCII.plus) { _ = take(ASCII.hyphen) }
            try digits()
        }
        try append(.number, from: start)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while position < bytes.count, ASCII.isDigit(bytes[position]) { position += 1 }
        guard position > start else {
            throw JSONError(position < bytes.count ? .invalidNumber : .unexpectedEnd, at: position)
        }
    }

    /// RFC 8259 §2: space, tab, line feed and carriage return.
    private mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case ASCII.space, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func open(_ kind: JSONKind, depth: Int) throws(JSONError) -> Int {
        guard depth <= limits.depthMax else { throw JSONError(.tooDeep, at: position) }
        let index = tokens.count
        position += 1
        try append(kind, from: position - 1)
        skipWhitespace()
        return index
    }

    private mutating func close(_ opening: Int) {
        tokens[opening].end = UInt32(position)
        tokens[opening].next = UInt32(tokens.count)
    }

    /// Notes the value that ends here.
    mutating func append(_ kind: JSONKind, from start: Int, isEscaped: Bool = false) throws(JSONError) {
        guard tokens.count < limits.valuesMax else { throw JSONError(.tooManyValues, at: start) }
        tokens.append(
            JSONToken(
                start: UInt32(start), end: UInt32(position), next: UInt32(tokens.count + 1), kind: kind,
                isEscaped: isEscaped))
    }

    /// The grammar allows nothing that stands here, be it a byte or the end.
    private var failure: JSONError {
        JSONError(position < bytes.count ? .unexpectedByte : .unexpectedEnd, at: position)
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    /// Enough for the usual request without growing.
    private static let tokensReserved = 32
}
