package import AdapterKit
package import Base
package import HTTPWire
import Model
package import Posix
package import Serving
package import TLS

/// One core's share of the HTTP server: a loop, its listeners, its connections. Shards share nothing with each other.
///
/// The shard performs what the pure values decide: `RequestParser` says what was received, `ConnectionState` what to
/// wait for. Requests of one connection are answered one at a time and in order; responses that are ready in one turn
/// go out in one write.
package actor HTTPShard {
    package nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    let limits: HTTPLimits
    let time: any TimeSource
    private let log: Log
    private let budget: ConnectionBudget?
    lazy var floor: ServingFloor<Entrance, Connection> = makeFloor()

    /// Of all listeners that there were.
    private var meters: [HTTPMeter] = []
    /// Held of bodies that arrive: of known senders, and of all others.
    var bodyBytes = 0
    var strangersBodyBytes = 0
    private let answers: LargeAnswers
    private var date: (second: Int64, bytes: [UInt8]) = (-1, [])

    /// `budget` of connections and `answers` are shared with other shards.
    package init(
        loop: EventLoop, limits: HTTPLimits, time: any TimeSource, log: Log, budget: ConnectionBudget? = nil,
        answers: LargeAnswers = LargeAnswers()
    ) {
        self.budget = budget
        self.answers = answers
        self.loop = loop
        self.limits = limits
        self.time = time
        self.log = log
    }

    private func makeFloor() -> ServingFloor<Entrance, Connection> {
        ServingFloor(
            loop: loop, time: time, log: log, outputKeptBytes: HTTPServerLimits.gatheredOutputBytes,
            budget: budget,
            duties: ServingFloor.Duties(
                make: { [limits] in Connection($0, address: $1, entrance: $2, limits: limits) },
                begin: { self.setDeadline($0) },
                ready: { self.ready($0, $1) },
                write: { self.write($0) },
                sweep: { if let end = $0.link.deadline, end <= $1 { self.expire($0) } },
                close: { self.close($0) },
                isIdleStranger: { !$0.isKnown && $0.state.waitsForRequest && !$0.link.hasUnsentOutput }))
    }

    // MARK: Listening

    /// Listens at `address` for `service`; the address with the port that was chosen. Shards that listen at one port
    /// share it. With an identity, all connections are TLS. `name`: what the figures call the service.
    /// `isReserved`: it is for the operator, and its connections count against no bound.
    package func listen(
        at address: SocketAddress, service: any HTTPService, name: String = "", identity: TLSServerIdentity? = nil,
        isReserved: Bool = false
    ) throws(PosixError) -> SocketAddress {
        let listening = try floor.listen(
            at: address, identity: identity, isReserved: isReserved
        ) { chosen, connections in
            Entrance(
                service: service,
                meter: HTTPMeter(service: name, address: chosen.description, connections: connections))
        }
        meters.append(listening.service.meter)
        return listening.address
    }

    /// What each listener has done, in the order in which they were opened.
    package var figures: [HTTPFigures] { meters.map(\.figures) }

    // MARK: Connections

    func close(_ connection: Connection) {
        guard floor.contains(connection) else { return }
        connection.link.sayEnd()
        cut(connection)
    }

    /// Closes without a word: TLS says nothing of an end, as it would of a whole answer.
    func cut(_ connection: Connection) {
        guard floor.contains(connection) else { return }
        abandonStream(connection)
        endBody(connection)
        floor.remove(connection)
    }

    private func ready(_ connection: Connection, _ readiness: Readiness) {
        if readiness.contains(.writable) { flush(connection) }
        if readiness.contains(.broken), !connection.state.reads { return close(connection) }
        if readiness.callsForReading { receive(connection) }
    }

    // MARK: Reading

    private func receive(_ connection: Connection) {
        if connection.state.phase == .streaming { return receiveMeanwhile(connection) }
        guard connection.state.reads else {
            // Its requests are answered one at a time; until then the rest waits in the socket.
            return floor.watch(connection, connection.link.watched.subtracting(.readable))
        }
        let progress: Progress<Int>
        do throws(PosixError) {
            progress = try floor.receive(connection)
        } catch {
            return close(connection)
        }
        guard case .done(let count) = progress else { return }
        if count == 0 { return peerEnded(connection) }
        if connection.state.phase == .lingering { return }
        if let secure = connection.link.secure { return receive(floor.received[..<count], connection, secure) }
        floor.withReceived(count) { connection.parser.receive($0) }
        received(connection)
    }

    private func received(_ connection: Connection) {
        connection.state.headBegan()
        if connection.state.progressExtendsTimeout { setDeadline(connection) }
        process(connection)
        countBody(connection)
    }

    /// During the handshake the connection is idle to HTTP, and its time runs from when it was accepted.
    private func receive(_ ciphertext: ArraySlice<UInt8>, _ connection: Connection, _ secure: SecureChannel) {
        let wasEstablished = secure.isEstablished
        let plaintext: [UInt8]
        do throws(TLSError) {
            plaintext = try secure.receive(ciphertext)
        } catch {
            return endUnsecured(connection)
        }
        if !wasEstablished, secure.isEstablished { setDeadline(connection) }
        if plaintext.isEmpty {
            flush(connection)
        } else {
            connection.parser.receive(plaintext.span)
            received(connection)
        }
        if secure.isClosedByPeer, floor.contains(connection) { peerEnded(connection) }
    }

    /// What came is no TLS, or none that we speak. The alert is sent, and what the peer says to it is read and dropped,
    /// so that it sees the alert and an end instead of a reset.
    private func endUnsecured(_ connection: Connection) {
        connection.state.faulted()
        connection.state.responded(keepAlive: false)
        setDeadline(connection)
        write(connection)
    }

    private func peerEnded(_ connection: Connection) {
        connection.state.peerClosed()
        if connection.state.phase == .closed { return close(connection) }
        floor.watch(connection, connection.link.watched.subtracting(.readable))
    }

    /// Takes as many requests from what was received as can be answered now, then writes once.
    private func process(_ connection: Connection) {
        guard !connection.isProcessing else { return }
        connection.isProcessing = true
        let phase = connection.state.phase
        while connection.state.reads, connection.state.phase != .lingering, step(connection) {}
        connection.isProcessing = false
        if connection.state.phase != phase { setDeadline(connection) }
        flush(connection)
    }

    /// One event of the parser; false when nothing more can be done now.
    private func step(_ connection: Connection) -> Bool {
        switch connection.parser.next() {
        case .needMore:
            enterIfNeeded(connection)
            return false
        case .head(let head): beginRequest(head, connection)
        case .request(let request): handle(request, connection)
        case .fault(let fault):
            if case .bodyTooLarge = fault { enterIfNeeded(connection) }
            if connection.state.phase != .handling { refuse(fault.failure, connection) }
        }
        return true
    }

    private func beginRequest(_ head: RequestHead, _ connection: Connection) {
        connection.head = head
        connection.state.headRead()
        guard seatForwarded(head, connection) else {
            return refuse(.overloaded(retryAfter: HTTPServerLimits.retryAfter), connection)
        }
        if case .none = head.framing { return }
        connection.parser.bodyLimit = connection.service.bodyLimitBytes(for: head)
        if connection.parser.awaitsContinue, !isTooLong(head, connection) { enter(head, connection) }
    }

    // MARK: Answering

    func handle(_ request: Request, _ connection: Connection) {
        connection.state.requestRead()
        let id = connection.link.id
        let (service, peer, entry) = (connection.service, connection.peer, connection.entry)
        // A job of this loop: one that never waits ends in this turn, one that waits comes back to this shard.
        Task.immediate(executorPreference: loop) {
            let response = await service.respond(to: request, from: peer, entry: entry)
            self.respond(response, to: id)
        }
    }

    private func respond(_ response: Response, to id: ConnectionID) {
        // The client may be gone; what it asked for was done all the same.
        guard let connection = floor[id] else { return }
        endBody(connection)
        connection.isKnown = connection.isKnown || response.key != nil
        append(holding(response, connection), connection)
        if connection.state.phase == .writing, connection.rest == nil,
            connection.link.output.count < HTTPServerLimits.gatheredOutputBytes
        {
            // Into the buffer counts as written while more fits: pipelined requests go on, and one write takes all.
            connection.state.written()
        }
        process(connection)
    }

    private func append(_ response: Response, _ connection: Connection) {
        connection.meter.note(response)
        let closing = floor.isDraining || response.closes || connection.endsWithAnswer
        let context =
            connection.head.map { ResponseContext(answering: $0, closing: closing) }
            ?? (connection.parser.faultedHead ? .unparsedHead : .unparsed)
        connection.head = nil
        if let stream = response.stream { return begin(stream, response, context.streaming, connection) }
        let isLarge = response.body.count > HTTPServerLimits.pieceBytes
        ResponseWriter.append(
            response.head, body: response.body, sendsBody: !isLarge, context: context, date: currentDate(),
            to: &connection.link.output)
        if isLarge, ResponseWriter.sendsBody(response.head, context) { connection.rest = response.body[...] }
        connection.state.responded(keepAlive: context.keepAlive)
    }

    func refuse(_ failure: KernelFailure, _ connection: Connection) {
        connection.state.faulted()
        var response = connection.service.refuse(
            failure, head: connection.head, from: connection.peer, entry: connection.entry)
        endBody(connection)
        response.closes = true
        append(response, connection)
    }

    /// The value of Date, made once a second.
    func currentDate() -> [UInt8] {
        let now = time.now
        if now.seconds != date.second { date = (now.seconds, HTTPDate.bytes(now)) }
        return date.bytes
    }

    // MARK: Writing

    func flush(_ connection: Connection) {
        guard !connection.isProcessing else { return }
        if connection.link.hasUnsentOutput { floor.gather(connection) } else { write(connection) }
    }

    private func write(_ connection: Connection) {
        var pieces = 0
        repeat {
            guard connection.link.send() else { return close(connection) }
            pieces += 1
        } while pieces < HTTPServerLimits.piecesPerTurn && appendPiece(connection)
        if connection.state.phase == .streaming { streamSent(connection) }
        if connection.link.hasUnsentOutput || connection.rest != nil {
            // Into the buffer counted as written, and the socket did not take it all. Whether to keep the connection
            // was decided before, and stays so.
            if connection.state.countsAsWritten { connection.state.responded(keepAlive: true) }
            setDeadline(connection)
            // The end of a client to whom a body is sent is listened for.
            let listens = connection.state.phase == .streaming ? connection.link.watched : []
            return floor.watch(connection, listens.union(.writable))
        }
        outputSent(connection)
    }

    /// The next piece of a large body, once the one before was taken; false where there is none, or it was not.
    private func appendPiece(_ connection: Connection) -> Bool {
        guard !connection.link.hasUnsentOutput, let rest = connection.rest else { return false }
        connection.link.output += rest.prefix(HTTPServerLimits.pieceBytes)
        let left = rest.dropFirst(HTTPServerLimits.pieceBytes)
        connection.rest = left.isEmpty ? nil : left
        return true
    }

    /// A large answer for which there is no room is not kept: its client is told to come back.
    private func holding(_ response: Response, _ connection: Connection) -> Response {
        guard response.body.count > LargeAnswers.uncountedBytes else { return response }
        connection.place = nil
        connection.place = response.place ?? answers.hold(response.body.count, for: response.key)
        guard connection.place == nil else { return response }
        return connection.service.refuse(
            .overloaded(retryAfter: HTTPServerLimits.retryAfter), head: connection.head, from: connection.peer,
            entry: nil)
    }

    /// Counts the client for whom a proxy asks; false where there is no room for it.
    private func seatForwarded(_ head: RequestHead, _ connection: Connection) -> Bool {
        guard let budget, let client = connection.service.forwardedClient(of: head, from: connection.peer) else {
            return true
        }
        connection.forwarded = nil
        connection.forwarded = budget.seat(forwarded: client)
        return connection.forwarded != nil
    }

    private func outputSent(_ connection: Connection) {
        connection.place = nil
        if connection.state.phase != .streaming { connection.forwarded = nil }
        if connection.state.phase == .writing { connection.state.written() }
        switch connection.state.phase {
        case .closed: return close(connection)
        case .lingering:
            connection.link.sayEnd()
            connection.link.endSending()
        case .idle:
            if floor.isDraining { return close(connection) }
            if connection.parser.unusedCount == 0 { connection.parser.releaseMemory() }
        case .readingHead, .readingBody, .handling, .streaming, .writing: break
        }
        // Not anew in the same phase: a head that trickles would never be late.
        if connection.timedPhase != connection.state.phase { setDeadline(connection) }
        floor.watch(
            connection, connection.state.reads ? .readable : connection.link.watched.subtracting(.writable))
        // What came while the last response was on its way.
        if connection.state.phase == .idle, connection.parser.unusedCount > 0 {
            connection.state.headBegan()
            process(connection)
        }
    }

    // MARK: Timeouts

    func setDeadline(_ connection: Connection) {
        connection.timedPhase = connection.state.phase
        let isShakingHands = connection.link.secure?.isEstablished == false && connection.state.phase == .idle
        let timeout = isShakingHands ? ServingLimits.handshakeTimeout : connection.state.timeout(limits)
        let isBeingMade = connection.state.phase == .streaming && !connection.link.hasUnsentOutput
        let deadline = isBeingMade ? nil : timeout.map { time.uptime + $0 }
        connection.phaseEnd = deadline
        connection.link.deadline = connection.pace.map { pace in deadline.map { min($0, pace.deadline) } } ?? deadline
    }

    private func expire(_ connection: Connection) {
        if isInTime(connection) { return }
        guard connection.state.timedOut() else {
            if connection.state.phase == .closed { close(connection) }
            return
        }
        refuse(.requestTimedOut, connection)
        flush(connection)
    }

    // MARK: The end

    /// Stops listening, closes idle connections, lets requests finish, asks endless streams to end; returns when no
    /// connection is left.
    package func drain() async {
        await floor.drain { connection in
            if connection.state.phase == .idle, !connection.link.hasUnsentOutput { close(connection) }
            if let stream = connection.stream, stream.isEndless { stream.task?.cancel() }
        }
    }

    /// The end: closes what is left. A shard that listened stays in memory until it is called.
    package func closeAll() { floor.closeAll() }
}
