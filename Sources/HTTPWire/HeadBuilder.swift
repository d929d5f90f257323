import Base

/// Gathers a request head line by line: each line is judged once, when all of it is here.
struct HeadBuilder {
    private var requestLine: RequestLine?
    private var fieldLines: [FieldLine] = []
    private var host: FieldLine?
    private var contentLength: Int?
    private var transferCodings = TransferCodings.absent
    private var closes = false
    private var keepsAlive = false
    private var expectsContinue = false
    private var hasContentCoding = false

    private struct RequestLine {
        let method: HTTPMethod
        let methodEnd: Int
        let target: RequestTarget
        let version: HTTPVersion
    }

    /// A typical request's lines fit without growing.
    private static let usualFieldLines = 12

    var hasRequestLine: Bool { requestLine != nil }

    /// `method SP request-target SP HTTP-version`, single spaces (RFC 9112 §3), given without its CRLF.
    mutating func addRequestLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, limits: borrowing HTTPLimits
    ) throws(FramingFault) {
        let methodEnd = try Self.endOfMethod(bytes, line)
        let targetStart = methodEnd + 1
        let targetEnd = bytes.firstOffset(of: ASCII.space, in: targetStart..<line.upperBound) ?? line.upperBound
        guard targetEnd > targetStart else { throw .targetMissing }
        guard targetEnd - targetStart <= limits.targetBytes else { throw .targetTooLong(limit: limits.targetBytes) }
        let method = HTTPMethod(token: bytes.extracting(line.lowerBound..<methodEnd))
        let target = try RequestTarget(bytes, targetStart..<targetEnd, method: method)
        guard targetEnd < line.upperBound else { throw .versionInvalid }  // HTTP/0.9 is not spoken
        let version = try HTTPVersion(bytes.extracting(targetEnd + 1..<line.upperBound))
        requestLine = RequestLine(method: method, methodEnd: methodEnd, target: target, version: version)
        fieldLines.reserveCapacity(Self.usualFieldLines)
    }

    private static func endOfMethod(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(FramingFault) -> Int {
        var index = line.lowerBound
        while index < line.upperBound, ByteClass.isToken(bytes[index]) { index += 1 }
        guard index > line.lowerBound else { throw .methodInvalid }
        guard index < line.upperBound else { throw .targetMissing }
        guard bytes[index] == ASCII.space else { throw .methodInvalid }
        return index
    }

    /// A field line without its CRLF.
    mutating func addFieldLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, limits: borrowing HTTPLimits
    ) throws(FramingFault) {
        guard fieldLines.count < limits.fieldLines else { throw .fieldLinesExceeded(limit: limits.fieldLines) }
        let field = try FieldLine(bytes, line)
        fieldLines.append(field)
        try interpret(field, bytes)
    }

    /// Takes note of the fields that say where the message ends and what becomes of the connection.
    private mutating func interpret(_ field: FieldLine, _ bytes: Span<UInt8>) throws(FramingFault) {
        let name = bytes.extracting(field.name.range)
        // The length alone rules most names out.
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"):
            try addHost(field, bytes)
        case 6 where name.equalsIgnoringCase("expect"):
            if bytes.extracting(field.value.range).equalsIgnoringCase("100-continue") { expectsContinue = true }
        case 10 where name.equalsIgnoringCase("connection"):
            addConnection(field, bytes)
        case 14 where name.equalsIgnoringCase("content-length"):
            try addContentLength(bytes, field.value.range)
        case 16 where name.equalsIgnoringCase("content-encoding"):
            addContentEncoding(field, bytes)
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            transferCodings.add(bytes, line: field.value.range)
        default: break
        }
    }

    private mutating func addHost(_ field: FieldLine, _ bytes: Span<UInt8>) throws(FramingFault) {
        guard host == nil else { throw .hostDuplicated }
        guard HostSyntax.isValid(bytes, field.value.range, requiring: .any) else { throw .hostInvalid }
        host = field
    }

    /// RFC 9110 §7.6.1; options are compared without case (RFC 9112 §9.3).
    private mutating func addConnection(_ field: FieldLine, _ bytes: Span<UInt8>) {
        var options = ListElements(in: field.value.range)
        while let option = options.next(bytes) {
            let option = bytes.extracting(option)
            if option.equalsIgnoringCase("close") { closes = true }
            if option.equalsIgnoringCase("keep-alive") { keepsAlive = true }
        }
    }

    private mutating func addContentEncoding(_ field: FieldLine, _ bytes: Span<UInt8>) {
        var codings = ListElements(in: field.value.range)
        while let coding = codings.next(bytes) {
            // `identity` should not be sent but changes nothing (RFC 9110 §12.5.3).
            if !bytes.extracting(coding).equalsIgnoringCase("identity") { hasContentCoding = true }
        }
    }

    /// 1*DIGIT, once (RFC 9110 §8.6). Repeated equal values may be taken as one; who sends them is not worth the risk.
    private mutating func addContentLength(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(FramingFault) {
        guard contentLength == nil else { throw .contentLengthRepeated }
        guard !value.isEmpty else { throw .contentLengthInvalid }
        var length = 0
        for index in value {
            let byte = bytes[index]
            guard ASCII.isDigit(byte) else {
                throw byte == ASCII.comma ? .contentLengthRepeated : .contentLengthInvalid
            }
            let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = tens.addingReportingOverflow(Int(byte - ASCII.zero))
            guard !overflow, !overflow2 else { throw .contentLengthOverflow }
            length = sum
        }
        contentLength = length
    }

    /// The finished head, at its empty line. `bytes` are those of the whole head.
    func finish(bytes: [UInt8]) throws(FramingFault) -> RequestHead {
        guard let requestLine else { throw .targetMissing }  // the parser puts a request line before any other
        guard host != nil || requestLine.version == .http10 else { throw .hostMissing }  // RFC 9112 §3.2
        let framing = try framing(version: requestLine.version)
        return RequestHead(
            bytes: bytes, fieldLines: fieldLines, host: host?.value, method: requestLine.method,
            methodEnd: requestLine.methodEnd, target: requestLine.target, version: requestLine.version,
            framing: framing, keepAlive: keepAlive(version: requestLine.version),
            // In HTTP/1.0 the expectation is ignored, and without a body nothing is waited for (RFC 9110 §10.1.1).
            expectsContinue: expectsContinue && requestLine.version == .http11 && framing != .none
                && framing != .length(0),
            hasContentCoding: hasContentCoding)
    }

    /// RFC 9112 §6.3, with every doubtful combination refused.
    private func framing(version: HTTPVersion) throws(FramingFault) -> BodyFraming {
        if case .absent = transferCodings { return contentLength.map(BodyFraming.length) ?? .none }
        guard version == .http11 else { throw .transferEncodingBeforeHTTP11 }
        guard contentLength == nil else { throw .contentLengthWithTransferEncoding }
        switch transferCodings {
        case .absent, .empty, .foreign, .misplacedChunked: throw .transferEncodingInvalid
        case .foreignThenChunked: throw .transferCodingUnsupported
        case .chunked: return .chunked
        }
    }

    /// RFC 9112 §9.3: `close` wins; 1.1 persists by default, 1.0 where it asks to.
    private func keepAlive(version: HTTPVersion) -> Bool {
        !closes && (version == .http11 || keepsAlive)
    }
}
