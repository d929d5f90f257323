import Base
import Ports
import Posix
import SMTPWire
import TLS

/// One SMTP connection: carries out what its `ClientSession` asks for, and feeds it what happens.
///
/// It carries one transaction at a time and many in a row. Left alone it says QUIT after its idle time; it keeps itself
/// alive until it is over. The loop's thread only, and its asynchronous methods come back there.
final class Connection {
    /// What all connections to one host share.
    struct Surroundings {
        let loop: EventLoop
        let time: any TimeSource
        let log: Log
        /// Who is at the other end, `host:port`, as attempts report it.
        let host: String
        /// A client stream for that host, under the verification that is asked for.
        let makeTLSStream: () throws(TLSError) -> TLSStream
    }

    private let surroundings: Surroundings
    private var session: ClientSession
    private var channel: ByteChannel?
    private var deadline: DeadlineTimer?
    /// The wait that `deadline` stands for.
    private var timedWait: UInt64?

    /// What happened while an event was being handled; each is handled whole before the next.
    private var events: [ClientEvent] = []
    private var isHandling = false

    private var content = ContentPieces([])
    private var isContentWanted = false
    private var outcomes: [RecipientOutcome]?
    private var waiter: CheckedContinuation<Void, Never>?
    private var tlsError: TLSError?

    /// Nobody has it in hand, so its idle time runs. Whoever has it may come late to begin, on a busy loop.
    var isLeftAlone = false {
        didSet {
            timedWait = nil
            watchTheClock()
        }
    }
    /// Transactions begun. A connection with one behind it may have been given up by the server since.
    private(set) var transactions = 0
    /// Nil until it is over.
    private(set) var closeReason: CloseReason?

    var host: String { surroundings.host }

    /// What was said, of transactions the latest.
    var dialogue: Dialogue { session.dialogue }

    /// The server offers delivery status notifications (RFC 3461).
    var makesReports: Bool { session.extensions.statusNotifications }

    /// What the server takes.
    var kind: HopKind {
        HopKind(takesEightBit: session.extensions.eightBitMIME, takesUTF8: session.extensions.smtpUTF8)
    }

    /// Ready for `carry`.
    var isIdle: Bool { session.isIdle }

    // MARK: Opening

    /// Takes over a connected socket and goes through greeting, EHLO, TLS and AUTH. `dialogue`: what was tried before;
    /// what was said here is added where it came to nothing.
    static func open(
        _ socket: consuming Socket, _ configuration: ClientConfiguration, _ surroundings: Surroundings,
        after dialogue: inout Dialogue
    ) async throws(ConnectionFault) -> Connection {
        let connection = Connection(configuration, surroundings, dialogue)
        do throws(PosixError) {
            try connection.attach(socket)
        } catch {
            throw .connect(error)
        }
        await connection.rest()
        if let reason = connection.closeReason {
            dialogue = connection.dialogue
            throw .closed(reason, tls: connection.tlsError)
        }
        return connection
    }

    private init(_ configuration: ClientConfiguration, _ surroundings: Surroundings, _ dialogue: Dialogue) {
        self.surroundings = surroundings
        session = ClientSession(configuration, after: dialogue)
    }

    /// The channel and the timer hold this connection, and let go when it closes.
    private func attach(_ socket: consuming Socket) throws(PosixError) {
        channel = try ByteChannel(socket, loop: surroundings.loop) { self.take($0) }
        deadline = DeadlineTimer(loop: surroundings.loop, time: surroundings.time) { self.handle(.timedOut) }
        watchTheClock()
        if session.configuration.tls == .implicit { startTLS() }
    }

    // MARK: Working

    /// Carries one transaction; the connection is idle. Returns what became of each recipient, once the connection is
    /// idle again or will not be.
    func carry(_ transaction: Transaction, _ bytes: [UInt8]) async -> [RecipientOutcome] {
        transactions += 1
        content = ContentPieces(bytes)
        isContentWanted = false
        outcomes = nil
        handle(.begin(transaction))
        await rest()
        defer { outcomes = nil }
        // The session promises an outcome for every transaction, so the other branch is never taken.
        return outcomes ?? transaction.recipients.map { _ in .failed(.closed(.connectionLost)) }
    }

    /// Says QUIT as soon as nothing runs, and does not wait for the end of it.
    func leave() { handle(.quit) }

    /// Returns when the connection is over. After `leave`, that takes `SMTPDeliveryLimits.quitTimeout` at most.
    func end() async {
        leave()
        await rest()
    }

    /// Waits until the session has nothing more to do for us: it is idle, or over, or leaving with its work done.
    private func rest() async {
        guard !isAtRest else { return }
        await withCheckedContinuation { waiter = $0 }
    }

    private var isAtRest: Bool {
        session.isIdle || session.isClosed || (outcomes != nil && session.phase == .quit)
    }

    // MARK: The session

    private func handle(_ event: ClientEvent) {
        events.append(event)
        guard !isHandling else { return }
        isHandling = true
        while !events.isEmpty {
            for action in session.handle(events.removeFirst()) { perform(action) }
        }
        isHandling = false
        watchTheClock()
        guard isAtRest, let waiter else { return }
        self.waiter = nil
        waiter.resume()
    }

    private func perform(_ action: ClientAction) {
        switch action {
        case .send(let bytes): channel?.send(bytes)
        case .startTLS: startTLS()
        case .wantContent:
            isContentWanted = true
            offerContent()
        case .transactionDone(let outcome):
            outcomes = outcome.recipients
            content = ContentPieces([])
        case .idle: break
        case .close(let reason): close(reason)
        }
    }

    private func close(_ reason: CloseReason) {
        closeReason = reason
        channel?.close()
        channel = nil
        deadline?.clear()
        deadline = nil
    }

    /// The next piece, once the one before is with the kernel: no more than one piece waits in memory.
    private func offerContent() {
        guard isContentWanted, channel?.isDrained == true else { return }
        isContentWanted = false
        let (piece, isLast) = content.next()
        handle(.content(piece, isLast: isLast))
    }

    private func startTLS() {
        do throws(TLSError) {
            channel?.startTLS(try surroundings.makeTLSStream())
        } catch {
            notSecured(error)
        }
    }

    private func watchTheClock() {
        guard session.waitNumber != timedWait else { return }
        timedWait = session.waitNumber
        if session.isIdle, !isLeftAlone { deadline?.pause() } else { deadline?.set(after: session.timeout) }
    }

    // MARK: The channel

    private func take(_ event: ByteChannel.Event) {
        switch event {
        case .received(let bytes): handle(.received(bytes))
        case .drained: offerContent()
        case .secured: secured()
        case .notSecured(let error): notSecured(error)
        // An end in the middle of a handshake is how many servers say that it failed.
        case .ended: handle(session.phase == .tlsHandshake ? .tlsFailed : .connectionClosed)
        }
    }

    private func secured() {
        surroundings.log.debug("smtp-tls") { line in
            line.add("version", channel?.tlsVersion.map { OperatorText($0) })
        }
        session.note("encrypted with \(channel?.tlsVersion ?? "TLS")")
        // Where TLS came first, the session has not begun to talk and expects no such event.
        if session.phase == .tlsHandshake { handle(.tlsEstablished) }
    }

    private func notSecured(_ error: TLSError) {
        tlsError = error
        handle(session.phase == .tlsHandshake ? .tlsFailed : .connectionClosed)
    }
}
