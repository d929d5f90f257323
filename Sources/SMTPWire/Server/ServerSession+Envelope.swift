/// The message of a session: envelope, content, and what was decided about it (RFC 5321 §3.3).
extension ServerSession {
    mutating func mail(_ path: ReversePath) {
        guard heloName != nil else { return fault(badSequence("Say EHLO first")) }
        guard transaction == nil else { return fault(badSequence("A transaction is open already")) }
        if isDraining { return reply(configuration.replies.draining, closing: .draining) }
        if configuration.requiresTLS, !isSecure, !isTrusted { return fault(configuration.replies.encryptionRequired) }
        if configuration.requiresAuthentication, !isAuthenticated {
            return fault(configuration.replies.authenticationRequired)
        }
        guard messages < configuration.limits.messagesMax else {
            return reply(configuration.replies.messagesUsedUp)
        }
        // RFC 1870 §6.1.
        if let size = path.parameters.size, size > configuration.limits.messageOctetsMax {
            return fault(configuration.replies.messageTooLarge)
        }
        ask(.sender(path), .sender(path))
    }

    mutating func recipient(_ path: RecipientPath) {
        guard let transaction, transaction.chunks == nil else { return fault(badSequence("Say MAIL first")) }
        guard transaction.recipients.count < configuration.limits.recipientsMax else {
            return reply(configuration.replies.tooManyRecipients)
        }
        guard let recipient = envelopeRecipient(path) else { return fault(CommandFault.recipient.reply) }
        ask(.recipient(recipient), .recipient(recipient))
    }

    /// RFC 5321 §4.5.1: `Postmaster` alone is this server's.
    private func envelopeRecipient(_ path: RecipientPath) -> EnvelopeRecipient? {
        switch path {
        case .mailbox(let recipient): return recipient
        case .postmaster(let parameters):
            return Mailbox("postmaster@\(configuration.hostName.text)").map {
                EnvelopeRecipient(mailbox: $0, parameters: parameters)
            }
        }
    }

    mutating func data() {
        guard let transaction, transaction.chunks == nil else { return fault(badSequence("Say MAIL and RCPT first")) }
        guard !transaction.recipients.isEmpty else {
            return fault(Reply(.transactionFailed, .invalidCommand, "No valid recipients"))
        }
        reader = ContentReader()
        state = .content
        reply(Reply(.startMailInput, nil, "End data with <CR><LF>.<CR><LF>"))
    }

    mutating func endContent(isTooLarge: Bool) {
        if isTooLarge { return refuseMessage(configuration.replies.messageTooLarge) }
        guard let content = reader.takeContent() else { return refuseMessage(configuration.replies.outOfMemory) }
        complete(content)
    }

    /// The message is whole: hands it to whoever takes responsibility for it.
    mutating func complete(_ content: [UInt8]) {
        guard let transaction else { return }
        let mail = ReceivedMail(
            sender: transaction.sender, recipients: transaction.recipients, content: content, trace: traceFacts)
        ask(.message(mail), .message)
    }

    mutating func refuseMessage(_ reply: Reply) {
        endTransaction()
        self.reply(reply)
        endIfDraining()
    }

    mutating func endTransaction() {
        messages += 1
        idleCommands = 0
        transaction = nil
        reader.discard()
        if !isClosed { state = .command }
    }

    private var traceFacts: TraceFacts {
        let isInternational = transaction?.sender.parameters.smtpUTF8 == true
        var name = isInternational ? "UTF8SMTP" : isExtended ? "ESMTP" : "SMTP"
        if isExtended {
            if isSecure { name += "S" }
            if isAuthenticated, !isTrusted { name += "A" }
        }
        return TraceFacts(heloName: heloName ?? "", protocolName: name)
    }

    // MARK: Decisions

    mutating func answered(_ verdict: ServerVerdict) {
        guard case .deciding(let decision) = state else { return }
        state = .command
        switch decision {
        case .credentials: authenticated(verdict)
        case .sender(let path):
            if verdict.isAccepted { transaction = Transaction(sender: path) }
            reply(verdict.reply)
        case .recipient(let recipient):
            // Who only guesses addresses is not held for ever.
            guard verdict.isAccepted else {
                fault(verdict.reply)
                break
            }
            transaction?.recipients.append(recipient)
            reply(verdict.reply)
        case .message:
            endTransaction()
            if verdict.isAccepted { errors = 0 }
            reply(verdict.reply)
        }
        endIfDraining()
        work()
    }

    mutating func endIfDraining() {
        if isDraining, !isClosed { drain() }
    }
}
