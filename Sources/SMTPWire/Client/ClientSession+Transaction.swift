/// One mail transaction: envelope, content, and back to idle (RFC 5321 §3.3).
extension ClientSession {
    mutating func begin(_ transaction: Transaction) {
        precondition(isIdle || isLeaving || isClosed, "a transaction begins after .idle only")
        let begun = Delivery(transaction, offered: extensions)
        delivery = begun
        dialogue.transactionBegins()
        // The server, or we, may have left between `.idle` and this event.
        switch state {
        case .closed(let reason), .quitting(let reason):
            dialogue.note(reason.sentence)
            return finish(undecided: .failed(.closed(reason)))
        default: break
        }
        transactionsBegun += 1
        if begun.outcome == nil { return sendEnvelope() }
        // Nothing was sent, so there is nothing to reset.
        finish()
        rest()
    }

    mutating func takeEnvelope(_ reply: Reply) {
        guard let progress = delivery?.take(reply) else { return violate(reply) }
        switch progress {
        case .awaitReply: break
        case .sendNext: sendEnvelope()
        case .sendContent:
            stuffer = DotStuffer()
            enter(.content)
            emit(.wantContent)
        case .sendEmptyContent:
            // RFC 2920 §3.1: DATA was sent along with RCPTs that were all refused, and the server waits for content
            // now. A lone dot ends it; nobody is left to receive it.
            dialogue.note("no content, as no recipient was accepted")
            emit(.send(Self.loneDot))
            enter(.emptyContentReply)
        case .rejected: fail()
        case .violation: violate(reply)
        }
    }

    mutating func content(_ chunk: [UInt8], isLast: Bool) {
        // The session may have ended since it asked.
        guard state == .content else { return }
        var output: [UInt8] = []
        do throws(ContentError) {
            try stuffer.append(chunk, to: &output)
            if isLast { try stuffer.finish(&output) }
        } catch {
            // Only closing keeps the server from taking what it has so far for the message (RFC 5321 §4.1.1.4).
            finish(undecided: .failed(.contentInvalid(error)))
            return close(.contentInvalid)
        }
        if !output.isEmpty { emit(.send(output)) }
        if isLast, let octets = delivery?.transaction.contentOctets { dialogue.note("content, \(octets) octets") }
        enter(isLast ? .contentReply : .content)
        if !isLast { emit(.wantContent) }
    }

    /// A reply while we are still sending content.
    mutating func takeInterruption(_ reply: Reply) {
        guard reply.isTransient || reply.isPermanent else { return violate(reply) }
        finish(undecided: .refused(reply, at: .content))
        close(.contentInterrupted(reply))
    }

    mutating func takeContent(_ reply: Reply) {
        switch reply.code.severity {
        case .positiveCompletion:
            finish(undecided: .accepted(reply))
            rest()
        case .positiveIntermediate: violate(reply)
        case .transientNegative, .permanentNegative:
            delivery?.decide(.refused(reply, at: .content))
            fail()
        }
    }

    mutating func takeEmptyContent(_ reply: Reply) {
        if reply.isPositiveIntermediate { violate(reply) } else { fail() }
    }

    mutating func takeReset(_ reply: Reply) {
        if reply.isPositiveCompletion { rest() } else { leave(.resetRefused(reply)) }
    }

    /// All commands that may go now: every one with PIPELINING (RFC 2920 §3.1, where DATA ends the group), else one.
    private mutating func sendEnvelope() {
        var bytes: [UInt8] = []
        while let command = delivery?.nextCommand() {
            dialogue.say(command, to: delivery?.recipientNamed)
            command.append(to: &bytes)
            if !extensions.pipelining { break }
        }
        emit(.send(bytes))
        enter(.envelope)
    }

    /// RFC 5321 §4.1.1.5: whatever the server remembers of a failed transaction is dropped before the next.
    private mutating func fail() {
        finish()
        send(.reset, then: .resetting)
    }

    private static let loneDot = Array(".\r\n".utf8)
}
