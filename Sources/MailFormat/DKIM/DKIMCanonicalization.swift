import Base
import Crypto

/// The `relaxed` canonicalisations of RFC 6376, which bear what mail servers do to white space.
enum DKIMCanonicalization {
    /// RFC 6376 §3.4.2: one header field, folded or not, in canonical form and without the CRLF at its end.
    static func field(name: some Sequence<UInt8>, value: some Collection<UInt8>) -> [UInt8] {
        // Unfolded, every run of white space one space, none at the ends: the words, joined.
        let words = value.split { MailCharacter.isWhiteSpace($0) || isLineEnd($0) }
        return name.map(ASCII.lowercased) + [ASCII.colon] + Array(words.joined(separator: [ASCII.space]))
    }

    /// RFC 6376 §3.4.4: the SHA-256 of the body in canonical form.
    static func bodyHash(_ body: Span<UInt8>) -> Digest256 {
        var canonical = CanonicalBody()
        var index = 0
        while index < body.count {
            let byte = body[index]
            if byte == ASCII.carriageReturn, index + 1 < body.count, body[index + 1] == ASCII.lineFeed {
                canonical.endLine()
                index += 2
            } else if MailCharacter.isWhiteSpace(byte) {
                canonical.noteWhiteSpace()
                index += 1
            } else {
                let start = index
                repeat { index += 1 } while index < body.count && !isSpecial(body[index])
                canonical.append(body.extracting(start..<index))
            }
        }
        return canonical.finish()
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool {
        byte == ASCII.carriageReturn || byte == ASCII.lineFeed
    }

    /// What may end a run of text: a bare CR ends one too, and then begins the next.
    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == ASCII.carriageReturn || MailCharacter.isWhiteSpace(byte)
    }
}

/// Feeds a hash with a body in canonical form, holding back what may turn out to be ignored.
private struct CanonicalBody: ~Copyable {
    /// Calls of the hash are few and large.
    private static let bufferBytes = 16_384

    private var hash = SHA256()
    private var buffer: [UInt8] = []
    private var pendingLineEnds = 0
    private var hasPendingSpace = false
    private var isEmpty = true

    init() { buffer.reserveCapacity(Self.bufferBytes + 1024) }

    /// White space before a line end is ignored.
    mutating func endLine() {
        hasPendingSpace = false
        pendingLineEnds += 1
    }

    /// A run of white space counts as one space.
    mutating func noteWhiteSpace() { hasPendingSpace = true }

    mutating func append(_ text: Span<UInt8>) {
        flushLineEnds()
        if hasPendingSpace { buffer.append(ASCII.space) }
        hasPendingSpace = false
        isEmpty = false
        for index in text.indices { buffer.append(text[index]) }
        flush(above: Self.bufferBytes)
    }

    /// Empty lines at the end are ignored; a body that is not empty ends with one CRLF.
    consuming func finish() -> Digest256 {
        pendingLineEnds = isEmpty ? 0 : 1
        flushLineEnds()
        hash.update(buffer)
        return hash.finish()
    }

    private mutating func flushLineEnds() {
        for _ in 0..<pendingLineEnds {
            buffer.append(literal: "\r\n")
            flush(above: Self.bufferBytes)
        }
        pendingLineEnds = 0
    }

    private mutating func flush(above limit: Int) {
        guard buffer.count > limit else { return }
        hash.update(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
