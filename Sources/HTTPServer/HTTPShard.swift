package import Base
package import HTTPWire
import Model
package import Posix
package import TLS

/// One core's share of the HTTP server: a loop, its listeners, its connections. Shards share nothing with each other.
///
/// The shard performs what the pure values decide: `RequestParser` says what was received, `ConnectionState` what to
/// wait for. Requests of one connection are answered one at a time and in order; responses that are ready in one turn
/// go out in one write.
package actor HTTPShard {
    package nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let limits: HTTPLimits
    private let time: any TimeSource
    private let log: Log

    /// By descriptor.
    private var listeners: [Int32: Listener] = [:]
    /// Of all listeners that there were.
    private var meters: [HTTPMeter] = []
    private var connections: [Connection?] = []
    private var connectionCount = 0
    private var nextGeneration: UInt64 = 1
    private var bodyBytes = 0
    private var receiveBuffer = [UInt8](repeating: 0, count: HTTPServerLimits.receiveBytes)
    private var date: (second: Int64, bytes: [UInt8]) = (-1, [])
    private var isSweeping = false
    /// Connections with answers that wait for the end of the turn.
    private var gathering: [Connection] = []
    private var isDraining = false
    private var drained: CheckedContinuation<Void, Never>?

    private final class Listener {
        let socket: Socket
        let service: any HTTPService
        let identity: TLSServerIdentity?
        let meter: HTTPMeter
        var isPaused = false

        init(
            socket: consuming Socket, service: any HTTPService, identity: TLSServerIdentity?, meter: HTTPMeter
        ) {
            self.socket = socket
            self.service = service
            self.identity = identity
            self.meter = meter
        }
    }

    package init(loop: EventLoop, limits: HTTPLimits, time: any TimeSource, log: Log) {
        self.loop = loop
        self.limits = limits
        self.time = time
        self.log = log
    }

    // MARK: Listening

    /// Listens at `address` for `service`; the address with the port that was chosen. Shards that listen at one port
    /// share it. With an identity, all connections are TLS. `name`: what the figures call the service.
    package func listen(
        at address: SocketAddress, service: any HTTPService, name: String = "", identity: TLSServerIdentity? = nil
    ) throws(PosixError) -> SocketAddress {
        let socket = try Socket.listen(at: address, sharesPort: true)
        let chosen = try socket.localAddress() ?? address
        let listener = Listener(
            socket: socket, service: service, identity: identity,
            meter: HTTPMeter(service: name, address: chosen.description))
        let number = listener.socket.number
        try loop.register(number, .readable) { [unowned self] _ in
            self.assumeIsolated { shard in shard.listeners[number].map { shard.accept(from: $0) } }
        }
        listeners[number] = listener
        meters.append(listener.meter)
        return chosen
    }

    /// What each listener has done, in the order in which they were opened.
    package var figures: [HTTPFigures] { meters.map(\.figures) }

    private func accept(from listener: Listener) {
        while connectionCount < HTTPServerLimits.connectionsPerShard {
            do throws(PosixError) {
                guard let accepted = try listener.socket.accept() else { return }
                try open(accepted, listener)
            } catch {
                // A connection that was reset while it waited is gone; anything else is a lack of descriptors or
                // memory.
                if error.isConnectionError { continue }
                log.warning("accept-paused") { $0.add("reason", OperatorText(error.description)) }
                return pause(listener, for: HTTPServerLimits.acceptPause)
            }
        }
        pause(listener, for: HTTPServerLimits.acceptPause)
    }

    /// Leaves new connections in the kernel's queue for a while.
    private func pause(_ listener: Listener, for duration: Duration) {
        guard !listener.isPaused, (try? loop.watch(listener.socket.number, [])) != nil else { return }
        listener.isPaused = true
        let number = listener.socket.number
        loop.schedule(after: duration) { [weak self] in self?.assumeIsolated { $0.resumeListener(number) } }
    }

    private func resumeListener(_ number: Int32) {
        guard let listener = listeners[number] else { return }
        listener.isPaused = false
        try? loop.watch(listener.socket.number, .readable)
    }

    // MARK: Connections

    private func open(_ accepted: consuming Accepted, _ listener: Listener) throws(PosixError) {
        let peer = accepted.peer
        let socket = accepted.takeSocket()
        listener.meter.figures.connectionsAccepted += 1
        var address: IPAddress?
        if case .ip(let ip, _) = peer {
            address = ip
            try socket.disableDelay()
        }
        var secure: SecureChannel?
        if let identity = listener.identity {
            // Lack of memory alone; the client sees its connection end.
            guard let stream = try? identity.makeStream() else { return }
            secure = SecureChannel(stream)
        }
        let connection = Connection(
            socket: socket, service: listener.service, meter: listener.meter, secure: secure, peer: address,
            generation: nextGeneration, limits: limits)
        nextGeneration += 1
        let id = connection.id
        try loop.register(id.descriptor, .readable) { [unowned self] readiness in
            self.assumeIsolated { $0.ready(id, readiness) }
        }
        while connections.count <= Int(id.descriptor) { connections.append(nil) }
        connections[Int(id.descriptor)] = connection
        connectionCount += 1
        connection.meter.figures.connectionsOpen += 1
        setDeadline(connection)
        sweepLater()
    }

    private func connection(_ id: ConnectionID) -> Connection? {
        guard Int(id.descriptor) < connections.count, let connection = connections[Int(id.descriptor)],
            connection.generation == id.generation
        else { return nil }
        return connection
    }

    private func isOpen(_ connection: Connection) -> Bool {
        connections[Int(connection.socket.number)] === connection
    }

    private func close(_ connection: Connection) {
        guard isOpen(connection) else { return }
        connection.sayEnd()
        loop.unregister(connection.socket.number)
        connections[Int(connection.socket.number)] = nil
        connectionCount -= 1
        connection.meter.figures.connectionsOpen -= 1
        if connection.secure?.isEstablished == false { connection.meter.figures.handshakesFailed += 1 }
        bodyBytes -= connection.reservedBodyBytes
        if isDraining, connectionCount == 0 { drained?.resume() }
        if isDraining, connectionCount == 0 { drained = nil }
    }

    private func ready(_ id: ConnectionID, _ readiness: Readiness) {
        guard let connection = connection(id) else { return }
        if readiness.contains(.writable) { flush(connection) }
        if readiness.contains(.broken), !connection.state.reads { return close(connection) }
        if readiness.callsForReading { receive(connection) }
    }

    // MARK: Reading

    private func receive(_ connection: Connection) {
        guard connection.state.reads else {
            // Its requests are answered one at a time; until then the rest waits in the socket.
            return watch(connection, connection.watched.subtracting(.readable))
        }
        let progress: Progress<Int>
        do throws(PosixError) {
            progress = try receiveBytes(connection)
        } catch {
            return close(connection)
        }
        guard case .done(let count) = progress else { return }
        if count == 0 { return peerEnded(connection) }
        if connection.state.phase == .lingering { return }
        if let secure = connection.secure { return receive(receiveBuffer[..<count], connection, secure) }
        connection.parser.receive(receiveBuffer.span.extracting(first: count))
        received(connection)
    }

    private func received(_ connection: Connection) {
        connection.state.headBegan()
        if connection.state.progressExtendsTimeout { setDeadline(connection) }
        process(connection)
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
        if secure.isClosedByPeer, isOpen(connection) { peerEnded(connection) }
    }

    /// What came is no TLS, or none that we speak. The alert is sent, and what the peer says to it is read and dropped,
    /// so that it sees the alert and an end instead of a reset.
    private func endUnsecured(_ connection: Connection) {
        connection.state.faulted()
        connection.state.responded(keepAlive: false)
        setDeadline(connection)
        write(connection)
    }

    private func receiveBytes(_ connection: Connection) throws(PosixError) -> Progress<Int> {
        let received = unsafe receiveBuffer.withUnsafeMutableBytes { buffer in
            Result { () throws(PosixError) in try unsafe connection.socket.receive(into: buffer) }
        }
        return try received.get()
    }

    private func peerEnded(_ connection: Connection) {
        connection.state.peerClosed()
        if connection.state.phase == .closed { return close(connection) }
        watch(connection, connection.watched.subtracting(.readable))
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
        case .needMore: return false
        case .head(let head): beginRequest(head, connection)
        case .request(let request): handle(request, connection)
        case .fault(let fault): refuse(fault.failure, connection)
        }
        return true
    }

    private func beginRequest(_ head: RequestHead, _ connection: Connection) {
        connection.head = head
        connection.state.headRead()
        if case .none = head.framing { return }
        connection.parser.bodyLimit = connection.service.bodyLimitBytes(for: head)
        guard reserveBody(head, connection) else {
            return refuse(.overloaded(retryAfter: HTTPServerLimits.retryAfter), connection)
        }
        if connection.parser.awaitsContinue, !isTooLong(head, connection) {
            connection.output.append(contentsOf: ResponseWriter.continueResponse)
        }
    }

    /// The parser refuses it at once, so the client must not be asked to send it (RFC 9110 §10.1.1).
    private func isTooLong(_ head: RequestHead, _ connection: Connection) -> Bool {
        if case .length(let length) = head.framing { length > connection.parser.bodyLimit } else { false }
    }

    /// Counts what a body may take of the shard's memory. A length above the limit is refused by the parser instead.
    private func reserveBody(_ head: RequestHead, _ connection: Connection) -> Bool {
        let bytes: Int
        switch head.framing {
        case .none: return true
        case .length(let length): bytes = min(length, connection.parser.bodyLimit)
        case .chunked: bytes = connection.parser.bodyLimit
        }
        guard bytes > HTTPServerLimits.uncountedBodyBytes else { return true }
        guard bodyBytes + bytes <= HTTPServerLimits.bodyBytesPerShard else { return false }
        bodyBytes += bytes
        connection.reservedBodyBytes = bytes
        return true
    }

    // MARK: Answering

    private func handle(_ request: Request, _ connection: Connection) {
        connection.state.requestRead()
        let id = connection.id
        let (service, peer) = (connection.service, connection.peer)
        // A job of this loop: one that never waits ends in this turn, one that waits comes back to this shard.
        Task.immediate(executorPreference: loop) {
            let response = await service.respond(to: request, from: peer)
            self.respond(response, to: id)
        }
    }

    private func respond(_ response: Response, to id: ConnectionID) {
        // The client may be gone; what it asked for was done all the same.
        guard let connection = connection(id) else { return }
        bodyBytes -= connection.reservedBodyBytes
        connection.reservedBodyBytes = 0
        append(response, connection)
        if connection.state.phase == .writing, connection.output.count < HTTPServerLimits.gatheredOutputBytes {
            // Into the buffer counts as written while more fits: pipelined requests go on, and one write takes all.
            connection.state.written()
        }
        process(connection)
    }

    private func append(_ response: Response, _ connection: Connection) {
        connection.meter.note(response)
        let closing = isDraining || response.closes
        let context =
            connection.head.map { ResponseContext(answering: $0, closing: closing) }
            ?? (connection.parser.faultedHead ? .unparsedHead : .unparsed)
        ResponseWriter.append(
            response.head, body: response.body, context: context, date: currentDate(), to: &connection.output)
        connection.head = nil
        connection.state.responded(keepAlive: context.keepAlive)
    }

    private func refuse(_ failure: KernelFailure, _ connection: Connection) {
        connection.state.faulted()
        var response = connection.service.refuse(failure, head: connection.head, from: connection.peer)
        response.closes = true
        append(response, connection)
    }

    /// The value of Date, made once a second.
    private func currentDate() -> [UInt8] {
        let now = time.now
        if now.seconds != date.second { date = (now.seconds, HTTPDate.bytes(now)) }
        return date.bytes
    }

    // MARK: Writing

    /// Answers wait for the end of the turn. What a connection's pipelined requests have been answered by then goes out
    /// in one write; and the writes of all connections follow one another, because each that wakes a client which
    /// sleeps costs as much as the rest of its request (two thirds of a `send` were the waking), and a client on this
    /// machine that was woken by the first sees the others come.
    private func flush(_ connection: Connection) {
        guard !connection.isProcessing else { return }
        guard connection.hasUnsentOutput else { return write(connection) }
        guard !connection.isGathered else { return }
        if gathering.isEmpty {
            loop.atTurnEnd { [unowned self] in self.assumeIsolated { $0.writeGathered() } }
        }
        connection.isGathered = true
        gathering.append(connection)
        if gathering.count >= HTTPServerLimits.gatheredConnections { writeGathered() }
    }

    private func writeGathered() {
        var connections: [Connection] = []
        swap(&connections, &gathering)
        for connection in connections {
            connection.isGathered = false
            if isOpen(connection), connection.hasUnsentOutput { write(connection) }
        }
    }

    private func write(_ connection: Connection) {
        guard connection.send() else { return close(connection) }
        if connection.hasUnsentOutput {
            // Into the buffer counted as written, and the socket did not take it all. Whether to keep the connection
            // was decided before, and stays so.
            if connection.state.countsAsWritten { connection.state.responded(keepAlive: true) }
            setDeadline(connection)
            return watch(connection, .writable)
        }
        outputSent(connection)
    }

    private func outputSent(_ connection: Connection) {
        if connection.state.phase == .writing { connection.state.written() }
        switch connection.state.phase {
        case .closed: return close(connection)
        case .lingering:
            connection.sayEnd()
            connection.socket.endSending()
        case .idle:
            if isDraining { return close(connection) }
            if connection.parser.unusedCount == 0 { connection.parser.releaseMemory() }
        case .readingHead, .readingBody, .handling, .writing: break
        }
        // Not anew in the same phase: a head that trickles would never be late.
        if connection.timedPhase != connection.state.phase { setDeadline(connection) }
        watch(connection, connection.state.reads ? .readable : connection.watched.subtracting(.writable))
        // What came while the last response was on its way.
        if connection.state.phase == .idle, connection.parser.unusedCount > 0 {
            connection.state.headBegan()
            process(connection)
        }
    }

    private func watch(_ connection: Connection, _ interest: Readiness) {
        guard connection.watched != interest else { return }
        connection.watched = interest
        do throws(PosixError) {
            try loop.watch(connection.socket.number, interest)
        } catch {
            close(connection)
        }
    }

    // MARK: Timeouts

    private func setDeadline(_ connection: Connection) {
        connection.timedPhase = connection.state.phase
        let isShakingHands = connection.secure?.isEstablished == false && connection.state.phase == .idle
        let timeout = isShakingHands ? HTTPServerLimits.handshakeTimeout : connection.state.timeout(limits)
        connection.deadline = timeout.map { time.uptime + $0 }
    }

    /// Timeouts are looked for once a second: cheaper than a timer per connection, and seconds are what they are in.
    private func sweepLater() {
        guard !isSweeping else { return }
        isSweeping = true
        loop.schedule(after: HTTPServerLimits.sweepInterval) { [weak self] in self?.assumeIsolated { $0.sweep() } }
    }

    private func sweep() {
        isSweeping = false
        let now = time.uptime
        for connection in connections {
            guard let connection, let deadline = connection.deadline, deadline <= now else { continue }
            expire(connection)
        }
        if connectionCount > 0 { sweepLater() }
    }

    private func expire(_ connection: Connection) {
        guard connection.state.timedOut() else {
            if connection.state.phase == .closed { close(connection) }
            return
        }
        refuse(.requestTimedOut, connection)
        flush(connection)
    }

    // MARK: The end

    /// Stops listening, closes idle connections, lets requests finish; returns when no connection is left.
    package func drain() async {
        isDraining = true
        for number in listeners.keys { loop.unregister(number) }
        listeners.removeAll()
        for connection in connections {
            if let connection, connection.state.phase == .idle, !connection.hasUnsentOutput { close(connection) }
        }
        if connectionCount > 0 { await withCheckedContinuation { drained = $0 } }
    }

    /// Closes what is left.
    package func closeAll() {
        for connection in connections {
            if let connection { close(connection) }
        }
    }
}
