import Base

/// Why bytes are no reply. After any of these the stream cannot be trusted to be in step, so the connection ends.
public enum ReplyError: Error, Hashable, Sendable {
    /// RFC 5321 §2.3.8: CR and LF appear in no other way than together, as a line end.
    case bareCarriageReturn
    case bareLineFeed
    /// Above `SMTPLimits.replyLineOctetsTolerated`.
    case lineTooLong
    /// Above `SMTPLimits.replyLinesMax` or `SMTPLimits.replyOctetsMax`.
    case replyTooLong
    /// The line does not begin with a code followed by a space, a hyphen or its end.
    case malformedLine
    /// RFC 5321 §4.2.1: all lines of a reply carry the same code.
    case codeChanged
}

/// Cuts a stream of bytes into replies (RFC 5321 §4.2.1). How the bytes are divided among calls never changes what
/// comes out. Memory is bounded by `SMTPLimits` and the bytes of one `append`. After an error it stays failed.
public struct ReplyParser: Sendable {
    private var input: [UInt8] = []
    private var position = 0
    /// The line being read, without its end.
    private var line: [UInt8] = []
    private var sawCarriageReturn = false
    private var partial: PartialReply?
    private var failure: ReplyError?

    public init() {}

    /// Whether nothing is left over: no unread byte, no line or reply half read.
    public var isEmpty: Bool { position == input.count && line.isEmpty && !sawCarriageReturn && partial == nil }

    /// What is kept until more bytes come, in octets.
    var octetsHeld: Int { input.count - position + line.count + (partial?.octets ?? 0) }

    public mutating func append(_ bytes: [UInt8]) { input.append(contentsOf: bytes) }

    /// The next complete reply, or nil until more bytes come.
    public mutating func next() throws(ReplyError) -> Reply? {
        if let failure { throw failure }
        do throws(ReplyError) {
            while position < input.count {
                position += 1
                if try endsLine(input[position - 1]), let reply = try takeLine() { return reply }
            }
        } catch {
            failure = error
            throw error
        }
        input.removeAll(keepingCapacity: true)
        position = 0
        return nil
    }

    /// Takes one byte; true when it completed `line`.
    private mutating func endsLine(_ byte: UInt8) throws(ReplyError) -> Bool {
        if byte == ASCII.lineFeed {
            guard sawCarriageReturn else { throw .bareLineFeed }
            sawCarriageReturn = false
            return true
        }
        guard !sawCarriageReturn else { throw .bareCarriageReturn }
        if byte == ASCII.carriageReturn {
            sawCarriageReturn = true
            return false
        }
        guard line.count + Self.lineEndOctets < SMTPLimits.replyLineOctetsTolerated else { throw .lineTooLong }
        line.append(byte)
        return false
    }

    /// Reads `line` and clears it. Gives the reply when this was its last line.
    private mutating func takeLine() throws(ReplyError) -> Reply? {
        defer { line.removeAll(keepingCapacity: true) }
        guard let code = Self.code(line) else { throw .malformedLine }
        // RFC 5321 §4.2: the text may be missing, and then so may the space before it.
        let separator = line.count > 3 ? line[3] : ASCII.space
        guard separator == ASCII.space || separator == ASCII.hyphen else { throw .malformedLine }
        var reply = partial ?? PartialReply(code: code)
        guard reply.code == code else { throw .codeChanged }
        reply.append(text: line.dropFirst(4), octets: line.count + Self.lineEndOctets)
        guard reply.lines.count <= SMTPLimits.replyLinesMax, reply.octets <= SMTPLimits.replyOctetsMax else {
            throw .replyTooLong
        }
        let isLast = separator == ASCII.space
        partial = isLast ? nil : reply
        return isLast ? Reply(code: code, status: reply.status, lines: reply.lines) : nil
    }

    /// The code that begins a line. Any second digit passes: replies outside the ABNF of RFC 5321 §4.2 are in use,
    /// and their first digit says what matters.
    private static func code(_ line: [UInt8]) -> ReplyCode? {
        guard line.count >= 3, line[..<3].allSatisfy(ASCII.isDigit) else { return nil }
        return ReplyCode(rawValue: line[..<3].reduce(0) { $0 * 10 + UInt16($1 - ASCII.zero) })
    }

    private static let lineEndOctets = 2
}

/// The lines of a reply that is not complete yet.
private struct PartialReply: Sendable {
    let code: ReplyCode
    var status: EnhancedStatus?
    var lines: [String] = []
    var octets = 0

    init(code: ReplyCode) { self.code = code }

    /// RFC 2034 §4: each line repeats the status; it is taken off where it is the first line's.
    mutating func append(text: ArraySlice<UInt8>, octets: Int) {
        self.octets += octets
        guard let leading = EnhancedStatus.leading(text, of: code), lines.isEmpty || leading.status == status else {
            lines.append(Self.shown(text))
            return
        }
        status = leading.status
        lines.append(Self.shown(text.dropFirst(leading.octets)))
    }

    /// RFC 5321 §4.2 allows tab and printable characters; the rest could steer a terminal that shows the text.
    private static func shown(_ text: ArraySlice<UInt8>) -> String {
        String(
            decoding: text.map { ASCII.isControl($0) && $0 != ASCII.tab ? ASCII.question : $0 }, as: UTF8.self)
    }
}
