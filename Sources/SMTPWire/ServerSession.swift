import Base

/// The server's side of one SMTP connection (RFC 5321 §3), as a pure state machine: events in, actions out. It knows no
/// socket, no clock and no account; what it cannot decide it asks.
///
///     greeting -> command <-> deciding -> closed
///                  |  ^ ^
///                  |  | +-- authenticating, content, chunk
///                  |  +---- tlsHandshake
///
/// It is strict where leniency has been turned into attacks: only CRLF ends a line, only CRLF.CRLF ends the content,
/// and what came ahead of a reply that had to be waited for is never carried out. A value of one owner.
package struct ServerSession: Sendable {
    enum State: Equatable, Sendable {
        case greeting
        case command
        case tlsHandshake
        case authenticating(AuthenticationStep)
        case content
        case chunk(Chunk)
        case deciding(Decision)
        case closed
    }

    /// What the answer to a question is about.
    enum Decision: Equatable, Sendable {
        case credentials
        case sender(ReversePath)
        case recipient(EnvelopeRecipient)
        case message
    }

    package let configuration: ServerConfiguration
    /// Whether the connection is inside TLS.
    package private(set) var isSecure: Bool
    /// The client is known, by AUTH or before it said a word.
    package internal(set) var isAuthenticated: Bool
    /// A client that is known by its address may do without TLS.
    let isTrusted: Bool

    var state = State.greeting
    var transaction: Transaction?
    private var input: [UInt8] = []
    private var position = 0
    /// Up to here there is no end of a line.
    private var searched = 0
    /// Octets of a line that is too long, dropped so far; nil: the line is not.
    private var isDroppingLine = false

    /// What EHLO or HELO said; nil before either.
    var heloName: String?
    var isExtended = false
    /// Lines of commands read so far: what says that a new wait begins.
    package private(set) var commandNumber: UInt64 = 0
    var messages = 0
    private var idleCommands = 0
    /// Since the last accepted message.
    private var errors = 0
    var failedAuthentications = 0
    private var isDraining = false

    private var output: [UInt8] = []
    private var actions: [ServerAction] = []

    /// A message that is being received.
    struct Transaction: Equatable, Sendable {
        var sender: ReversePath
        var recipients: [EnvelopeRecipient] = []
        var chunks: Chunks?
    }

    /// A session for a connection that was just accepted. `isSecure`: it is inside TLS already (RFC 8314 §3.3).
    /// `isTrusted`: its client needs no AUTH.
    package init(_ configuration: ServerConfiguration, isSecure: Bool, isTrusted: Bool = false) {
        self.configuration = configuration
        self.isSecure = isSecure
        self.isTrusted = isTrusted
        isAuthenticated = isTrusted
    }

    package var phase: ServerPhase {
        switch state {
        case .greeting: .greeting
        case .command: hasInput || isDroppingLine ? .command : .idle
        case .tlsHandshake: .tlsHandshake
        case .authenticating: .authentication
        case .content, .chunk: .content
        case .deciding: .deciding
        case .closed: .closed
        }
    }

    package var isClosed: Bool { state == .closed }

    /// Octets of content and input that this session holds.
    package var octetsHeld: Int {
        input.count + (reader.content?.count ?? 0) + (transaction?.chunks?.content?.count ?? 0)
    }

    /// Octets of content that came so far, of the message at hand.
    package var contentOctets: Int {
        switch state {
        case .content: reader.octets
        case .chunk: transaction?.chunks?.octets ?? 0
        default: 0
        }
    }

    var reader = ContentReader()

    /// Takes one event and gives what to do about it, in order.
    package mutating func handle(_ event: ServerEvent) -> [ServerAction] {
        if !isClosed { take(event) }
        flush()
        releaseInput()
        defer { actions.removeAll(keepingCapacity: true) }
        return actions
    }

    private mutating func take(_ event: ServerEvent) {
        switch event {
        case .opened: open()
        case .received(let bytes): receive(bytes)
        case .tlsEstablished: tlsEstablished()
        case .answered(let verdict): answered(verdict)
        case .timedOut: timedOut()
        case .contentUnwanted: contentUnwanted()
        case .draining: drain()
        case .connectionClosed: close(.connectionLost)
        }
    }

    // MARK: Output

    mutating func reply(_ reply: Reply) {
        reply.append(to: &output)
        // RFC 5321 §3.8, RFC 7504 §3: after these the server closes.
        if reply.code == .serviceNotAvailable || reply.code == .hostNeverAcceptsMail { close(.serviceRefused) }
    }

    mutating func ask(_ question: ServerQuestion, _ decision: Decision) {
        state = .deciding(decision)
        flush()
        actions.append(.ask(question))
    }

    private mutating func flush() {
        guard !output.isEmpty else { return }
        actions.append(.send(output))
        output.removeAll(keepingCapacity: true)
    }

    mutating func close(_ reason: ServerCloseReason) {
        guard !isClosed else { return }
        state = .closed
        flush()
        actions.append(.close(reason))
        input = []
        position = 0
        transaction = nil
        reader.discard()
    }

    /// A refusal that counts: who only makes mistakes is not held for ever.
    mutating func fault(_ reply: Reply) {
        errors += 1
        self.reply(reply)
        guard errors >= configuration.limits.errorsMax, !isClosed else { return }
        self.reply(Reply(.serviceNotAvailable, .securityFailureForNow, "Too many errors"), closing: .errorLimit)
    }

    mutating func reply(_ reply: Reply, closing reason: ServerCloseReason) {
        reply.append(to: &output)
        close(reason)
    }

    // MARK: Events

    private mutating func open() {
        guard state == .greeting else { return }
        // RFC 5321 §4.3.1: the client waits for the greeting. What talks ahead of it is no mail client.
        guard !hasInput else { return refuseEarlyInput() }
        state = .command
        let name = configuration.hostName.text
        reply(Reply(.serviceReady, nil, "\(name) \(configuration.replies.greeting)"))
        if isDraining { drain() }
    }

    private mutating func receive(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        // RFC 3207 §6: clear text behind STARTTLS is somebody on the way who wants it carried out inside TLS.
        if state == .tlsHandshake { return close(.inputTooEarly) }
        input.append(contentsOf: bytes)
        work()
    }

    private mutating func tlsEstablished() {
        guard state == .tlsHandshake else { return }
        // RFC 3207 §4.2: nothing that was said before is known any more.
        isSecure = true
        heloName = nil
        isExtended = false
        isAuthenticated = isTrusted
        transaction = nil
        state = .command
    }

    private mutating func timedOut() {
        if state == .tlsHandshake { return close(.timedOut) }
        reply(Reply(.serviceNotAvailable, .badConnection, "Timeout, closing connection"), closing: .timedOut)
    }

    private mutating func drain() {
        isDraining = true
        guard state == .command, transaction == nil, !hasInput else { return }
        reply(configuration.replies.draining, closing: .draining)
    }

    private mutating func contentUnwanted() {
        switch state {
        case .content: reader.discard()
        case .chunk: transaction?.chunks?.spoil(configuration.replies.outOfMemory)
        default: return
        }
    }

    /// Carries out what came, up to the next thing that has to be waited for.
    mutating func work() {
        while !isClosed {
            switch state {
            case .command:
                guard let line = nextLine(SMTPLimits.serverLineOctetsMax) else { return }
                perform(line)
            case .authenticating(let step):
                guard let line = nextLine(SMTPLimits.authenticationLineOctetsMax) else { return }
                authenticate(line, step)
            case .content: guard readContent() else { return }
            case .chunk(let chunk): guard readChunk(chunk) else { return }
            case .greeting, .tlsHandshake, .deciding, .closed: return
            }
        }
    }

    // MARK: Input

    /// Whether input came that has not been looked at.
    var hasInput: Bool { position < input.count }

    /// The next line without its end; nil until there is one, or where it ended the session.
    private mutating func nextLine(_ octetsMax: Int) -> ArraySlice<UInt8>? {
        while let end = lineEnd() {
            // Whether a CR is one half of a line end shows the next byte.
            if input[end] == ASCII.carriageReturn, end + 1 == input.count { break }
            guard input[end] == ASCII.carriageReturn, input[end + 1] == ASCII.lineFeed else {
                refuseBareLineEnd()
                return nil
            }
            let line = input[position..<end]
            commandNumber += 1
            consume(upTo: end + 2)
            if isDroppingLine || line.count + 2 > octetsMax {
                isDroppingLine = false
                tooLong()
                if isClosed { return nil }
                continue
            }
            return line
        }
        if !isDroppingLine, input.count - position > octetsMax { isDroppingLine = true }
        if isDroppingLine {
            // A CR may be half of the line's end.
            let keepsLast = input.last == ASCII.carriageReturn
            consume(upTo: keepsLast ? input.count - 1 : input.count)
        }
        return nil
    }

    /// The first CR or LF that was not looked at. What was searched before is not searched again, or a client that
    /// sends byte by byte would cost the square of its line.
    private mutating func lineEnd() -> Int? {
        let end = Self.lineEnd(in: input, from: max(position, searched))
        searched = end
        return end < input.count ? end : nil
    }

    private static func lineEnd(in input: [UInt8], from start: Int) -> Int {
        let bytes = input.span
        var index = start
        while index < bytes.count, bytes[index] != ASCII.lineFeed, bytes[index] != ASCII.carriageReturn { index += 1 }
        return index
    }

    private mutating func tooLong() {
        if case .authenticating = state {
            state = .command
            return fault(Reply(.commandUnrecognized, .authenticationLineTooLong, "Authentication line is too long"))
        }
        fault(Reply(.commandUnrecognized, .syntaxError, "Line is too long"))
    }

    private mutating func consume(upTo index: Int) { position = index }

    /// Forgets what was looked at. Between events, when no line that is cut from the input is in use: then its memory
    /// serves again.
    private mutating func releaseInput() {
        if position == input.count {
            input.removeAll(keepingCapacity: input.capacity <= SMTPLimits.inputKeptOctets)
        } else if position > SMTPLimits.inputKeptOctets {
            input.removeSubrange(..<position)
        } else {
            return
        }
        position = 0
        searched = 0
    }

    private mutating func refuseBareLineEnd() {
        reply(
            Reply(.commandUnrecognized, .syntaxError, "A line ends with CR LF, and neither stands alone"),
            closing: .bareLineEnd)
    }

    mutating func refuseEarlyInput() {
        reply(
            Reply(.serviceNotAvailable, .invalidCommand, "Input ahead of a reply that has to be waited for"),
            closing: .inputTooEarly)
    }

    /// Reads content from DATA; false until more of it comes.
    private mutating func readContent() -> Bool {
        guard hasInput else { return false }
        do throws(ContentError) {
            let progress = try reader.read(input, from: position)
            let isTooLarge = reader.octets > configuration.limits.messageOctetsMax
            if isTooLarge { reader.discard() }
            switch progress {
            case .more:
                consume(upTo: input.count)
                if reader.octets > SMTPLimits.droppedOctetsMax, isTooLarge {
                    reply(configuration.replies.messageTooLarge, closing: .contentTooLarge)
                }
                return false
            case .ended(let next):
                consume(upTo: next)
                endContent(isTooLarge: isTooLarge)
                return true
            }
        } catch {
            refuseContentLineEnd()
            return false
        }
    }

    /// The rest of such a message cannot be told from commands with certainty, so nothing of it is looked at.
    private mutating func refuseContentLineEnd() {
        reply(Self.bareLineEndInContent, closing: .bareLineEnd)
    }

    static let bareLineEndInContent = Reply(
        .transactionFailed, .contentInvalid, "In the content CR and LF stand together or not at all")

    /// Reads a chunk of BDAT; false until more of it comes.
    private mutating func readChunk(_ chunk: Chunk) -> Bool {
        let count = min(chunk.octetsLeft, input.count - position)
        guard count > 0 || chunk.octetsLeft == 0 else { return false }
        take(input[position..<(position + count)], of: chunk)
        consume(upTo: position + count)
        guard case .chunk(let rest) = state, rest.octetsLeft == 0 else { return false }
        endChunk(rest)
        return true
    }
}

// MARK: - Commands

extension ServerSession {
    private mutating func perform(_ line: ArraySlice<UInt8>) {
        let command: ServerCommand
        do throws(CommandFault) {
            command = try ServerCommand(
                line, isExtended: isExtended, takesUTF8: transaction?.sender.parameters.smtpUTF8 ?? false)
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

    // MARK: The envelope

    private mutating func mail(_ path: ReversePath) {
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

    private mutating func recipient(_ path: RecipientPath) {
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

    private mutating func data() {
        guard let transaction, transaction.chunks == nil else { return fault(badSequence("Say MAIL and RCPT first")) }
        guard !transaction.recipients.isEmpty else {
            return fault(Reply(.transactionFailed, .invalidCommand, "No valid recipients"))
        }
        reader = ContentReader()
        state = .content
        reply(Reply(.startMailInput, nil, "End data with <CR><LF>.<CR><LF>"))
    }

    private mutating func endContent(isTooLarge: Bool) {
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

    private mutating func endTransaction() {
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

    private mutating func answered(_ verdict: ServerVerdict) {
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

    private mutating func endIfDraining() {
        if isDraining, !isClosed { drain() }
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
