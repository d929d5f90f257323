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
public struct ServerSession: Sendable {
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

    public let configuration: ServerConfiguration
    /// Whether the connection is inside TLS.
    public private(set) var isSecure: Bool
    /// The client is known, by AUTH or before it said a word.
    public internal(set) var isAuthenticated: Bool
    /// A client that is known by its address may do without TLS.
    let isTrusted: Bool

    var state = State.greeting
    var transaction: Transaction?
    private var input = ServerInput()

    /// What EHLO or HELO said; nil before either.
    var heloName: String?
    var isExtended = false
    /// Lines of commands read so far: what says that a new wait begins.
    public private(set) var commandNumber: UInt64 = 0
    var messages = 0
    var idleCommands = 0
    /// Since the last accepted message.
    var errors = 0
    var failedAuthentications = 0
    /// Fingerprints of the credentials that are asked about, and of those that were refused last.
    var askedLogin: Int?
    var refusedLogin: Int?
    var isDraining = false

    var output: [UInt8] = []
    var actions: [ServerAction] = []

    /// A message that is being received.
    struct Transaction: Equatable, Sendable {
        var sender: ReversePath
        var recipients: [EnvelopeRecipient] = []
        var chunks: Chunks?
    }

    /// A session for a connection that was just accepted. `isSecure`: it is inside TLS already (RFC 8314 §3.3).
    /// `isTrusted`: its client needs no AUTH.
    public init(_ configuration: ServerConfiguration, isSecure: Bool, isTrusted: Bool = false) {
        self.configuration = configuration
        self.isSecure = isSecure
        self.isTrusted = isTrusted
        isAuthenticated = isTrusted
    }

    // As of the last event; stored, so that asking copies nothing of all the rest.
    public private(set) var phase = ServerPhase.greeting
    /// Octets of content and input that this session holds.
    public private(set) var octetsHeld = 0
    /// Octets of content that came so far, of the message at hand.
    public private(set) var contentOctets = 0

    public var isClosed: Bool { state == .closed }

    var reader = ContentReader()

    /// Takes one event and gives what to do about it, in order.
    public mutating func handle(_ event: ServerEvent) -> [ServerAction] {
        if !isClosed { take(event) }
        flush()
        input.release()
        note()
        defer { actions.removeAll(keepingCapacity: true) }
        return actions
    }

    private mutating func note() {
        octetsHeld = input.bytes.count + (reader.content?.count ?? 0) + (transaction?.chunks?.content?.count ?? 0)
        contentOctets = 0
        switch state {
        case .greeting: phase = .greeting
        case .command: phase = hasInput || input.isDroppingLine ? .command : .idle
        case .tlsHandshake: phase = .tlsHandshake
        case .authenticating: phase = .authentication
        case .content:
            phase = .content
            contentOctets = reader.octets
        case .chunk:
            phase = .content
            contentOctets = transaction?.chunks?.octets ?? 0
        case .deciding: phase = .deciding
        case .closed: phase = .closed
        }
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

    mutating func flush() {
        guard !output.isEmpty else { return }
        actions.append(.send(output))
        output.removeAll(keepingCapacity: true)
    }

    mutating func close(_ reason: ServerCloseReason) {
        guard !isClosed else { return }
        state = .closed
        flush()
        actions.append(.close(reason))
        input.clear()
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
        input.append(bytes)
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

    mutating func drain() {
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
    var hasInput: Bool { input.hasMore }

    /// The next line without its end; nil until there is one, or where it ended the session.
    private mutating func nextLine(_ octetsMax: Int) -> ArraySlice<UInt8>? {
        while !isClosed {
            switch input.nextLine(octetsMax) {
            case .unfinished: return nil
            case .bareLineEnd: refuseBareLineEnd()
            case .whole(let line):
                commandNumber += 1
                return line
            case .tooLong:
                commandNumber += 1
                tooLong()
            }
        }
        return nil
    }

    private mutating func tooLong() {
        if case .authenticating = state {
            state = .command
            return fault(Reply(.commandUnrecognized, .authenticationLineTooLong, "Authentication line is too long"))
        }
        fault(Reply(.commandUnrecognized, .syntaxError, "Line is too long"))
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
            let progress = try reader.read(input.bytes, from: input.position)
            let isTooLarge = reader.octets > configuration.limits.messageOctetsMax
            if isTooLarge { reader.discard() }
            switch progress {
            case .more:
                input.consume(upTo: input.bytes.count)
                if reader.octets > SMTPLimits.droppedOctetsMax, isTooLarge {
                    reply(configuration.replies.messageTooLarge, closing: .contentTooLarge)
                }
                return false
            case .ended(let next):
                input.consume(upTo: next)
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
        let position = input.position
        let count = min(chunk.octetsLeft, input.bytes.count - position)
        guard count > 0 || chunk.octetsLeft == 0 else { return false }
        take(input.bytes[position..<(position + count)], of: chunk)
        input.consume(upTo: position + count)
        guard case .chunk(let rest) = state, rest.octetsLeft == 0 else { return false }
        endChunk(rest)
        return true
    }
}
