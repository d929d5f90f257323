/// The commands of a session, as they come (RFC 5321 §4.1.1).
extension ServerSession {
    mutating func perform(_ line: ArraySlice<UInt8>) {
        let command: ServerCommand
        do throws(CommandFault) {
            command = try ServerCommand(
                line, isExtended: isExtended, takesUTF8: transaction?.sender.parameters.smtpUTF8 ?? false,
                isStrict: configuration.isStrict)
        } catch {
            return fault(error.reply)
        }
        // RFC 2920 §3.1: these end a group of commands; what was sent behind them without waiting is not carried out.
        if command.endsGroup, hasInput { return refuseEarlyInput() }
        guard countsWithinLimit(command) else { return }
        carryOut(command)
        endIfDraining()
    }

    private mutating func carryOut(_ command: ServerCommand) {
        switch command {
        case .ehlo(let name): hello(name, isExtended: true)
        case .helo(let name): hello(name, isExtended: false)
        case .startTLS: startTLS()
        case .authenticate(let mechanism, let response): beginAuthentication(mechanism, response)
        case .mail(let path): mail(path)
        case .recipient(let path): recipient(path)
        case .data: data()
        case .chunk(let octets, let isLast): beginChunk(octets: octets, isLast: isLast)
        case .reset:
            transaction = nil
            reply(.ok)
        case .noOperation: reply(.ok)
        case .verify: reply(Reply(.cannotVerifyButWillTry, .commandCompleted, "Send some mail, it will be tried"))
        case .expand: fault(CommandFault.notImplemented.reply)
        case .help: reply(Reply(.helpMessage, .success, "See RFC 5321"))
        case .quit: reply(Reply(.serviceClosing, .success, "Goodbye"), closing: .quit)
        }
    }

    /// Commands that bring no message forward are counted between messages.
    private mutating func countsWithinLimit(_ command: ServerCommand) -> Bool {
        switch command {
        case .mail, .recipient, .data, .chunk, .quit: return true
        case .ehlo, .helo, .startTLS, .authenticate, .reset, .noOperation, .verify, .expand, .help: idleCommands += 1
        }
        guard idleCommands > configuration.limits.idleCommandsMax else { return true }
        reply(
            Reply(.serviceNotAvailable, .securityFailureForNow, "Too many commands without a message"),
            closing: .commandLimit)
        return false
    }

    func badSequence(_ text: String) -> Reply { Reply(.badSequence, .invalidCommand, text) }

    private mutating func hello(_ name: String, isExtended: Bool) {
        // RFC 5321 §4.1.4: EHLO ends a transaction as RSET does.
        transaction = nil
        heloName = name
        self.isExtended = isExtended
        guard isExtended else { return reply(Reply(.completed, nil, configuration.hostName.text)) }
        reply(Reply(code: .completed, lines: [configuration.hostName.text] + extensions))
    }

    private var extensions: [String] {
        var lines = ["PIPELINING", "SIZE \(configuration.limits.messageOctetsMax)"]
        if configuration.offersStartTLS, !isSecure { lines.append("STARTTLS") }
        if mayAuthenticate { lines.append("AUTH " + configuration.mechanisms.map(\.rawValue).joined(separator: " ")) }
        return lines + ["ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN"]
    }

    /// Whether AUTH is offered now. Once it succeeded there is nothing to offer, but RFC 4954 §4 forbids only its use.
    var mayAuthenticate: Bool { !configuration.mechanisms.isEmpty && (isSecure || !configuration.requiresTLS) }

    private mutating func startTLS() {
        guard configuration.offersStartTLS else { return fault(CommandFault.notImplemented.reply) }
        guard !isSecure else { return fault(badSequence("TLS is active already")) }
        reply(Reply(.serviceReady, .success, "Ready to start TLS"))
        flush()
        actions.append(.startTLS)
        state = .tlsHandshake
    }
}

extension ServerCommand {
    /// RFC 2920 §3.1: the client waits for the reply before it says more. STARTTLS (RFC 3207 §4) and AUTH (RFC 4954
    /// §4) change how the rest would be read.
    fileprivate var endsGroup: Bool {
        switch self {
        case .ehlo, .helo, .startTLS, .authenticate, .data, .noOperation, .verify, .expand: true
        case .mail, .recipient, .chunk, .reset, .help, .quit: false
        }
    }
}

extension Reply {
    static let ok = Reply(.completed, .success, "Ok")
}
