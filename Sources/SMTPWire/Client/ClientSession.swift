/// The client's side of one SMTP connection (RFC 5321 §3), as a pure state machine: events in, actions out. It knows
/// no socket and no clock, and carries many transactions one after the other.
///
/// It always ends in exactly one `.close`, and every `begin` in exactly one `.transactionDone`, whatever the server
/// sends. A value of one owner: no two threads may use it at once.
public struct ClientSession: Sendable {
    enum State: Hashable, Sendable {
        case greeting
        case ehlo
        case helo
        case startTLS
        case tlsHandshake
        /// What is still to be answered to the server's challenges.
        case authenticating(responses: [[UInt8]])
        case idle
        case envelope
        case content
        /// After the final dot, before its reply.
        case contentReply
        /// After a lone dot, which ends content that no accepted recipient waits for.
        case emptyContentReply
        case resetting
        case quitting(CloseReason)
        case closed(CloseReason)
    }

    public let configuration: ClientConfiguration
    /// Whether the connection is inside TLS.
    public internal(set) var isSecure: Bool
    /// What the server offered last.
    public internal(set) var extensions = EHLOExtensions()
    /// Changes whenever the wait for something new begins, and so says when to start the timer again. Bytes that do
    /// not complete a reply leave it as it is, or a slow server could hold the connection for ever.
    public private(set) var waitNumber: UInt64 = 0

    var state = State.greeting
    var parser = ReplyParser()
    var stuffer = DotStuffer()
    /// The running transaction.
    var delivery: Delivery?
    /// What was said. After `.transactionDone`, of that transaction.
    public internal(set) var dialogue: Dialogue
    var transactionsBegun = 0
    /// Mechanisms that the server offered and then did not know.
    var mechanismsRefused: Set<SASLMechanism> = []
    /// The one that was asked for last.
    var mechanism: SASLMechanism?
    private var isQuitRequested = false
    private var actions: [ClientAction] = []

    /// A session for a connection that was just made (with `TLSPolicy.implicit`: whose handshake is complete). The
    /// server speaks first. `dialogue`: what was tried before.
    public init(_ configuration: ClientConfiguration, after dialogue: Dialogue = Dialogue()) {
        self.configuration = configuration
        self.dialogue = dialogue
        isSecure = configuration.tls == .implicit
    }

    /// How long to wait, from the moment when `waitNumber` last changed, before `.timedOut` is due.
    public var timeout: Duration { configuration.timeouts[phase] }

    /// What is waited for. A closed session waits for nothing; it keeps `quit`.
    public var phase: ClientPhase {
        switch state {
        case .greeting: .greeting
        case .ehlo, .helo: .hello
        case .startTLS: .startTLS
        case .tlsHandshake: .tlsHandshake
        case .authenticating: .authentication
        case .idle: .idle
        case .envelope: delivery?.phase ?? .mail
        case .content: .dataBlock
        case .contentReply, .emptyContentReply: .dataTermination
        case .resetting: .reset
        case .quitting, .closed: .quit
        }
    }

    public var isIdle: Bool { state == .idle }
    /// QUIT was said, and the server has not answered it.
    var isLeaving: Bool { if case .quitting = state { true } else { false } }

    public var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// Writes into the dialogue what whoever holds the connection knows and the session does not.
    public mutating func note(_ text: String) { dialogue.note(text) }

    /// Takes one event and gives what to do about it, in order.
    public mutating func handle(_ event: ClientEvent) -> [ClientAction] {
        switch event {
        case .received(let bytes): receive(bytes)
        case .tlsEstablished: tlsEstablished()
        case .tlsFailed: if state == .tlsHandshake { close(.tlsFailed) }
        case .begin(let transaction): begin(transaction)
        case .content(let chunk, let isLast): content(chunk, isLast: isLast)
        case .quit: quit()
        case .connectionClosed: close(.connectionLost)
        case .timedOut: timedOut()
        }
        defer { actions.removeAll() }
        return actions
    }

    mutating func emit(_ action: ClientAction) { actions.append(action) }

    /// Sends a command and waits for its reply in `state`.
    mutating func send(_ command: ClientCommand, then state: State) {
        dialogue.say(command)
        emit(.send(command.bytes))
        enter(state)
    }

    mutating func enter(_ state: State) {
        self.state = state
        waitNumber += 1
    }
}

// MARK: - Replies

extension ClientSession {
    private mutating func receive(_ bytes: [UInt8]) {
        guard !isClosed, !bytes.isEmpty else { return }
        guard state != .tlsHandshake else { return close(.protocolViolation(.clearTextAfterStartTLS)) }
        parser.append(bytes)
        do throws(ReplyError) {
            while !isClosed, let reply = try parser.next() { take(reply) }
        } catch {
            close(.protocolViolation(.malformedReply(error)))
        }
    }

    private mutating func take(_ reply: Reply) {
        waitNumber += 1
        dialogue.hear(reply, of: state == .envelope ? delivery?.recipientAnswered : nil)
        switch state {
        // RFC 5321 §3.8: 421 may answer any command, or none.
        case _ where reply.code == .serviceNotAvailable: serviceNotAvailable(reply)
        case .greeting: takeGreeting(reply)
        case .ehlo: takeEHLO(reply)
        case .helo: takeHELO(reply)
        case .startTLS: takeStartTLS(reply)
        case .authenticating(let responses): takeAuthentication(reply, responses: responses)
        case .envelope: takeEnvelope(reply)
        case .content: takeInterruption(reply)
        case .contentReply: takeContent(reply)
        case .emptyContentReply: takeEmptyContent(reply)
        case .resetting: takeReset(reply)
        // Whatever the reply to QUIT is, we are leaving (RFC 5321 §4.1.1.10).
        case .quitting(let reason): close(reason)
        case .idle, .tlsHandshake, .closed: violate(reply)
        }
    }

    private mutating func serviceNotAvailable(_ reply: Reply) {
        // After the final dot it is a plain answer: this message was not taken.
        if state == .contentReply { finish(undecided: .refused(reply, at: .content)) }
        close(.serviceNotAvailable(reply))
    }

    mutating func violate(_ reply: Reply) { close(.protocolViolation(.unexpectedReply(reply.code))) }
}

// MARK: - Ends

extension ClientSession {
    /// The session has nothing to do: it waits for work, or leaves where there is a reason to.
    mutating func rest() {
        if isQuitRequested { return leave(.requested) }
        if transactionsBegun >= configuration.transactionsMax { return leave(.transactionLimit) }
        dialogue.opened()
        enter(.idle)
        emit(.idle)
    }

    /// RFC 5321 §4.1.1.10: a client says QUIT, and waits for the reply, before it closes.
    mutating func leave(_ reason: CloseReason) {
        dialogue.note(reason.sentence)
        send(.quit, then: .quitting(reason))
    }

    /// The session is over at once, and with it the running transaction.
    mutating func close(_ reason: CloseReason) {
        guard !isClosed else { return }
        let isUnclear = state == .contentReply
        if !isLeaving { dialogue.note(reason.sentence) }
        finish(undecided: .failed(isUnclear ? .lostAfterData(reason) : .closed(reason)))
        var first = reason
        // How a leaving connection ends does not matter any more.
        if case .quitting(let leaving) = state { first = leaving }
        parser = ReplyParser()
        enter(.closed(first))
        emit(.close(first))
    }

    /// Decides what is undecided of the running transaction and reports it, if there is one.
    mutating func finish(undecided outcome: RecipientOutcome) {
        delivery?.decide(outcome)
        finish()
    }

    /// Reports the running transaction, in which every recipient is decided.
    mutating func finish() {
        guard let outcome = delivery?.outcome else { return }
        delivery = nil
        dialogue.transactionEnds()
        emit(.transactionDone(outcome))
    }

    private mutating func quit() {
        switch state {
        case .idle: leave(.requested)
        case .quitting, .closed: break
        default: isQuitRequested = true
        }
    }

    private mutating func timedOut() {
        if state == .idle { leave(.idleTooLong) } else { close(.timedOut(phase)) }
    }
}
