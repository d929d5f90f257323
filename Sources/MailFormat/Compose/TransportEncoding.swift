import Base

/// Makes of a finished message one that a server can take: lines of 998 octets at most and no NUL (RFC 5322 §2.1.1, RFC
/// 5321 §4.5.3.1.6), and where it must be so, 7-bit (RFC 6152 §3). Texts become quoted-printable, other parts base64
/// (RFC 2045 §6); header lines are folded. What needs no change is not touched, and the same message always gives the
/// same bytes.
///
/// What somebody signed or encrypted is never changed: `multipart/signed`, `multipart/encrypted` (RFC 1847 §2), and all
/// of a message that its author signed (RFC 6376 §5.3: encode before signing, never behind).
public struct TransportEncoding {
    /// Why a message cannot be made so.
    public enum Obstacle: Error, Sendable, Hashable {
        /// The octets are under somebody's signature, or encrypted.
        case sealed
        /// A header line has nowhere to fold, or NUL in it.
        case header
    }

    private let content: [UInt8]
    private let takesEightBit: Bool

    /// The message as it can go; the same one where nothing is to be done.
    public static func encoded(_ message: [UInt8], takesEightBit: Bool) throws(Obstacle) -> [UInt8] {
        guard violates(message[...], takesEightBit: takesEightBit) else { return message }
        let coder = TransportEncoding(content: message, takesEightBit: takesEightBit)
        return try coder.entity(0..<message.count, isWhole: true)
    }

    private init(content: [UInt8], takesEightBit: Bool) {
        self.content = content
        self.takesEightBit = takesEightBit
    }

    /// A line is too long, NUL stands there, or what 7 bits cannot say.
    private static func violates(_ bytes: ArraySlice<UInt8>, takesEightBit: Bool) -> Bool {
        if !takesEightBit, bytes.contains(where: { $0 > 0x7F }) { return true }
        return hasUnusableLine(bytes.span)
    }

    /// A line is too long, or NUL stands in it. Eight bytes at a time where none of them can end a line: every octet of
    /// every submitted message passes here.
    private static func hasUnusableLine(_ bytes: Span<UInt8>) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        // Bytes have no padding, every bit pattern is a UInt64, and the load checks its bounds.
        let words = unsafe bytes.bytes
        var column = 0
        var index = 0
        while index < bytes.count {
            if index &+ 8 <= bytes.count {
                let word = unsafe words.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
                // No byte is CR or below it.
                if (word &- ones &* UInt64(ASCII.carriageReturn + 1)) & ~word & highBits == 0 {
                    column &+= 8
                    if column > MailLimits.lineMax { return true }
                    index &+= 8
                    continue
                }
            }
            switch bytes[index] {
            case ASCII.nul: return true
            case ASCII.lineFeed: column = 0
            case ASCII.carriageReturn: break
            default:
                column &+= 1
                if column > MailLimits.lineMax { return true }
            }
            index &+= 1
        }
        return false
    }

    private func violates(_ range: Range<Int>) -> Bool {
        Self.violates(content[range], takesEightBit: takesEightBit)
    }

    // MARK: Entities

    /// A message, or a part with its header. `isWhole`: it is the message itself.
    private func entity(_ range: Range<Int>, isWhole: Bool) throws(Obstacle) -> [UInt8] {
        guard violates(range) else { return Array(content[range]) }
        guard let header = try? HeaderBlock(parsing: content, from: range.lowerBound, to: range.upperBound) else {
            throw .header
        }
        if header.has("dkim-signature") { throw .sealed }
        let type = ContentField(header.fields.first { $0.name == "content-type" }.map(header.bytes) ?? [])
        let body = header.bodyStart..<range.upperBound
        guard violates(body) else { return try fields(header, encoding: nil, isWhole: isWhole) + content[body] }
        let encoding = (header.text(of: "content-transfer-encoding") ?? "").asciiLowercased
        let isEncoded = encoding == "base64" || encoding == "quoted-printable"
        if Self.sealed.contains(type.value) { throw .sealed }
        if type.value.hasPrefix("multipart/"), let boundary = type.parameters["boundary"], !boundary.isEmpty {
            let inner = try multipart(body, boundary: boundary)
            return try fields(header, encoding: outer(encoding), isWhole: isWhole) + inner
        }
        if Self.messages.contains(type.value), !isEncoded {
            // RFC 2046 §5.2.1: a message within a message cannot be encoded, only what is in it.
            let inner = try entity(body, isWhole: false)
            return try fields(header, encoding: outer(encoding), isWhole: isWhole) + inner
        }
        let isText = type.value.isEmpty || type.value.hasPrefix("text/")
        let bytes = TransferDecoding.decode(content[body], encoding)
        let coded = Self.coded(bytes, isText: isText)
        return try fields(header, encoding: coded.encoding, isWhole: isWhole) + coded.bytes
    }

    /// RFC 1847 §2.1, §2.2
    private static let sealed: Set<String> = ["multipart/signed", "multipart/encrypted"]
    private static let messages: Set<String> = ["message/rfc822", "message/global"]

    /// What a part with parts of its own declares, once they have been changed; nil: as it was.
    private func outer(_ encoding: String) -> String? {
        switch encoding {
        case "binary": takesEightBit ? "8bit" : "7bit"
        case "8bit": takesEightBit ? nil : "7bit"
        default: nil
        }
    }

    private static func coded(_ bytes: [UInt8], isText: Bool) -> (encoding: String, bytes: [UInt8]) {
        let lines = isText ? bytes : []
        // Only CRLF is left of line ends in a message; a decoded part may have others.
        let isLined = isText && !hasLoneLineEnd(lines)
        guard isLined else { return (TextBody.Encoding.base64.rawValue, Base64.encodeLines(bytes)) }
        return (TextBody.Encoding.quotedPrintable.rawValue, QuotedPrintable.encode(lines))
    }

    private static func hasLoneLineEnd(_ bytes: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if (byte == ASCII.lineFeed) != (previous == ASCII.carriageReturn) { return true }
            previous = byte
        }
        return previous == ASCII.carriageReturn
    }

    // MARK: Parts

    private func multipart(_ body: Range<Int>, boundary: String) throws(Obstacle) -> [UInt8] {
        let parts = ReceivedPart.parts(content[body], boundary: Array("--\(boundary)".utf8))
        var output: [UInt8] = []
        var position = body.lowerBound
        for part in parts {
            output += between(position..<part.lowerBound, boundary)
            output += try entity(part, isWhole: false)
            position = part.upperBound
        }
        return output + between(position..<body.upperBound, boundary)
    }

    /// Boundaries, and what stands before the first and behind the last, which readers pass over (RFC 2046 §5.1.1): it
    /// is left out where it cannot stay.
    private func between(_ range: Range<Int>, _ boundary: String) -> [UInt8] {
        guard violates(range) else { return Array(content[range]) }
        let mark = Array("--\(boundary)".utf8)
        var output: [UInt8] = []
        for line in content[range].split(separator: ASCII.lineFeed, omittingEmptySubsequences: false) {
            let isKept = line.starts(with: mark) || line.elementsEqual([ASCII.carriageReturn])
            if isKept { output += line + [ASCII.lineFeed] }
        }
        return output
    }

    // MARK: Fields

    /// The header with its empty line. `encoding`: what the body is encoded in now; nil: as it says.
    private func fields(_ header: HeaderBlock, encoding: String?, isWhole: Bool) throws(Obstacle) -> [UInt8] {
        var output: [UInt8] = []
        for field in header.fields where encoding == nil || field.name != "content-transfer-encoding" {
            output += try folded(field.range)
        }
        if let encoding {
            if isWhole, !header.has("mime-version") { output += HeaderEncoder.structured("MIME-Version", "1.0") }
            if isWhole, !header.has("content-type") {
                // RFC 2045 §5.2: what is not said is US-ASCII, which this need not be. RFC 1428 §3
                let isASCII = content[header.bodyStart...].allSatisfy { $0 < 0x80 }
                output += HeaderEncoder.structured(
                    "Content-Type", "text/plain;", isASCII ? "charset=us-ascii" : "charset=unknown-8bit")
            }
            output += HeaderEncoder.structured("Content-Transfer-Encoding", encoding)
        }
        // The empty line; a message may end with its header.
        let end = header.fields.last?.range.upperBound ?? header.bodyStart
        return output + (end < header.bodyStart || encoding != nil ? Array("\r\n".utf8) : [])
    }

    /// RFC 5322 §2.2.3: lines that are too long are folded at their white space. Letters outside ASCII stay: there is
    /// no other way to write what they may be part of.
    private func folded(_ range: Range<Int>) throws(Obstacle) -> [UInt8] {
        guard Self.violates(content[range], takesEightBit: true) else { return Array(content[range]) }
        if content[range].contains(ASCII.nul) { throw .header }
        var output: [UInt8] = []
        var line: [UInt8] = []
        for byte in content[range] {
            let isFull = line.count >= MailLimits.headerLineMax && line.contains { !MailCharacter.isWhiteSpace($0) }
            if isFull, MailCharacter.isWhiteSpace(byte), line.last != ASCII.carriageReturn {
                output += line + [ASCII.carriageReturn, ASCII.lineFeed]
                line = []
            }
            line.append(byte)
            if byte == ASCII.lineFeed {
                output += line
                line = []
            }
        }
        output += line
        if Self.violates(output[...], takesEightBit: true) { throw .header }
        return output
    }
}
