import Base

/// What of one BDAT is still to come (RFC 3030 §2).
struct Chunk: Equatable, Sendable {
    var octets: Int
    var octetsLeft: Int
    var isLast: Bool
    /// Where it is read only to be dropped: what is answered then.
    var refusal: Reply?
}

/// The content that came in chunks so far.
struct Chunks: Equatable, Sendable {
    /// Nil once it is of no use any more.
    private(set) var content: [UInt8]? = []
    private(set) var octets = 0
    /// Why nothing will come of the message.
    private(set) var refusal: Reply?
    private var check = LineEndCheck()

    mutating func append(_ bytes: ArraySlice<UInt8>, octetsMax: Int, tooLarge: Reply) {
        octets += bytes.count
        guard refusal == nil else { return }
        if octets > octetsMax { return spoil(tooLarge) }
        do throws(ContentError) {
            try check.read(bytes)
            content?.append(contentsOf: bytes)
        } catch {
            spoil(ServerSession.bareLineEndInContent)
        }
    }

    mutating func spoil(_ reply: Reply) {
        guard refusal == nil else { return }
        refusal = reply
        content = nil
    }

    /// The whole content, where it is one.
    mutating func finish() -> [UInt8]? {
        do throws(ContentError) {
            try check.finish()
        } catch {
            spoil(ServerSession.bareLineEndInContent)
        }
        defer { content = nil }
        return content
    }
}

extension ServerSession {
    /// The chunk follows whatever the answer is, so it is read in any case.
    mutating func beginChunk(octets: Int, isLast: Bool) {
        var chunk = Chunk(octets: octets, octetsLeft: octets, isLast: isLast)
        if octets > SMTPLimits.droppedOctetsMax {
            return reply(configuration.replies.messageTooLarge, closing: .contentTooLarge)
        }
        if transaction == nil {
            chunk.refusal = badSequence("Say MAIL and RCPT first")
        } else if transaction?.recipients.isEmpty == true {
            chunk.refusal = Reply(.transactionFailed, .invalidCommand, "No valid recipients")
        } else if transaction?.chunks?.refusal != nil {
            chunk.refusal = badSequence("The message was refused, say RSET")
        } else if transaction?.chunks == nil {
            transaction?.chunks = Chunks()
        }
        state = .chunk(chunk)
    }

    mutating func take(_ bytes: ArraySlice<UInt8>, of chunk: Chunk) {
        var chunk = chunk
        chunk.octetsLeft -= bytes.count
        state = .chunk(chunk)
        guard chunk.refusal == nil, !bytes.isEmpty else { return }
        transaction?.chunks?.append(
            bytes, octetsMax: configuration.limits.messageOctetsMax, tooLarge: configuration.replies.messageTooLarge)
    }

    mutating func endChunk(_ chunk: Chunk) {
        state = .command
        if let refusal = chunk.refusal { return fault(refusal) }
        guard chunk.isLast else {
            if let refusal = transaction?.chunks?.refusal { return fault(refusal) }
            return reply(Reply(.completed, .success, "\(chunk.octets) octets received"))
        }
        if let content = transaction?.chunks?.finish() { return complete(content) }
        refuseMessage(transaction?.chunks?.refusal ?? configuration.replies.outOfMemory)
    }
}
