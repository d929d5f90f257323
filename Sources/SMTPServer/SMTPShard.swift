package import Base
import Model
package import Posix
import SMTPWire
import TLS

/// One core's share of the SMTP server: its listeners and connections, on the loop of that core's HTTP shard. Shards
/// share nothing with each other but the counts of connections by address.
///
/// The shard performs what the pure values decide: `ServerSession` says what to send, to ask and when to end; the
/// listener's `SMTPService` answers what is asked. Replies that are ready in one turn go out in one write.
package actor SMTPShard {
    package nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let time: any TimeSource
    private let log: Log
    private let addresses: AddressCounts

    /// By descriptor.
    private var listeners: [Int32: Listening] = [:]
    private var connections: [SMTPConnection?] = []
    private var connectionCount = 0
    private var nextGeneration: UInt64 = 1
    private var contentOctets = 0
    private var receiveBuffer = [UInt8](repeating: 0, count: SMTPServerLimits.receiveBytes)
    private var isSweeping = false
    /// Connections with replies that wait for the end of the turn.
    private var gathering: [SMTPConnection] = []
    private var isDraining = false
    private var drained: CheckedContinuation<Void, Never>?

    private final class Listening {
        let socket: Socket
        let listener: SMTPListener
        let meter: SMTPMeter
        var isPaused = false

        init(socket: consuming Socket, listener: SMTPListener, meter: SMTPMeter) {
            self.socket = socket
            self.listener = listener
            self.meter = meter
        }
    }

    package init(loop: EventLoop, addresses: AddressCounts, time: any TimeSource, log: Log) {
        self.loop = loop
        self.addresses = addresses
        self.time = time
        self.log = log
    }

    // MARK: Listening

    /// Listens at `address`; the address with the port that was chosen. Shards that listen at one port share it.
    package func listen(at address: SocketAddress, _ listener: SMTPListener) throws(PosixError) -> SocketAddress {
        let socket = try Socket.listen(at: address, sharesPort: true)
        let chosen = try socket.localAddress() ?? address
        let listening = Listening(
            socket: socket, listener: listener,
            meter: SMTPMeter(service: listener.service.name, address: chosen.description))
        let number = listening.socket.number
        try loop.register(number, .readable) { [unowned self] _ in
            self.assumeIsolated { shard in shard.listeners[number].map { shard.accept(from: $0) } }
        }
        listeners[number] = listening
        return chosen
    }

    /// What each listener has done here.
    package var figures: [SMTPFigures] { listeners.values.map(\.meter.figures) }

    private func accept(from listening: Listening) {
        while connectionCount < SMTPServerLimits.connectionsPerShard {
            do throws(PosixError) {
                guard let accepted = try listening.socket.accept() else { return }
                try open(accepted, listening)
            } catch {
                // A connection that was reset while it waited is gone; anything else is a lack of descriptors or
                // memory.
                if error.isConnectionError { continue }
                log.warning("accept-paused") { $0.add("reason", OperatorText(error.description)) }
                return pause(listening)
            }
        }
        pause(listening)
    }

    /// Leaves new connections in the kernel's queue for a while.
    private func pause(_ listening: Listening) {
        guard !listening.isPaused, (try? loop.watch(listening.socket.number, [])) != nil else { return }
        listening.isPaused = true
        let number = listening.socket.number
        loop.schedule(after: SMTPServerLimits.acceptPause) { [weak self] in
            self?.assumeIsolated { $0.resumeListening(number) }
        }
    }

    private func resumeListening(_ number: Int32) {
        guard let listening = listeners[number] else { return }
        listening.isPaused = false
        try? loop.watch(listening.socket.number, .readable)
    }

    // MARK: Connections

    private func open(_ accepted: consuming Accepted, _ listening: Listening) throws(PosixError) {
        let listener = listening.listener
        let peer = accepted.peer
        let socket = accepted.takeSocket()
        var address: IPAddress?
        if case .ip(let ip, _) = peer {
            address = ip
            try socket.disableDelay()
        }
        var channel: TLSChannel?
        if listener.encryption == .implicit {
            // Lack of memory alone; the client sees its connection end.
            guard let stream = try? listener.identity?.makeStream() else { return }
            channel = TLSChannel(stream)
        }
        let connection = SMTPConnection(
            socket: socket, listener: listener, meter: listening.meter, client: listener.service.client(at: address),
            channel: channel, generation: nextGeneration)
        nextGeneration += 1
        let id = connection.id
        try loop.register(id.descriptor, .readable) { [unowned self] readiness in
            self.assumeIsolated { $0.ready(id, readiness) }
        }
        while connections.count <= Int(id.descriptor) { connections.append(nil) }
        connections[Int(id.descriptor)] = connection
        connectionCount += 1
        listening.meter.figures.connectionsAccepted += 1
        listening.meter.figures.connectionsOpen += 1
        begin(connection)
    }

    private func begin(_ connection: SMTPConnection) {
        connection.setDeadline(uptime: time.uptime)
        sweepLater()
        if !connection.client.isTrusted {
            connection.isCounted = addresses.begin(connection.client.address)
            if !connection.isCounted { return refuse(connection) }
        }
        switch connection.stage {
        case .undecided: decideLater(connection)
        case .open where connection.channel == nil: give(.opened, connection)
        case .open, .closing: break
        }
    }

    /// RFC 5321 §3.1: a server may refuse in place of its greeting.
    private func refuse(_ connection: SMTPConnection) {
        var bytes: [UInt8] = []
        Reply(.serviceNotAvailable, .securityFailureForNow, "Too many connections from your address").append(to: &bytes)
        if connection.channel == nil { connection.output += bytes }
        beginClosing(connection)
    }

    /// The client of a port that takes both speaks first if it speaks TLS, and waits for the greeting if not.
    private func decideLater(_ connection: SMTPConnection) {
        let id = connection.id
        loop.schedule(after: SMTPServerLimits.helloWait) { [weak self] in
            self?.assumeIsolated { shard in
                guard let connection = shard.connection(id), connection.stage == .undecided else { return }
                connection.stage = .open
                shard.give(.opened, connection)
            }
        }
    }

    private func connection(_ id: ConnectionID) -> SMTPConnection? {
        guard Int(id.descriptor) < connections.count, let connection = connections[Int(id.descriptor)],
            connection.generation == id.generation
        else { return nil }
        return connection
    }

    private func isOpen(_ connection: SMTPConnection) -> Bool {
        connections[Int(connection.socket.number)] === connection
    }

    private func close(_ connection: SMTPConnection) {
        guard isOpen(connection) else { return }
        loop.unregister(connection.socket.number)
        connections[Int(connection.socket.number)] = nil
        connectionCount -= 1
        connection.meter.figures.connectionsOpen -= 1
        if connection.channel?.isEstablished == false { connection.meter.figures.handshakesFailed += 1 }
        contentOctets -= connection.countedOctets
        if connection.isCounted { addresses.end(connection.client.address) }
        if isDraining, connectionCount == 0 {
            drained?.resume()
            drained = nil
        }
    }

    private func ready(_ id: ConnectionID, _ readiness: Readiness) {
        guard let connection = connection(id) else { return }
        if readiness.contains(.writable) { write(connection) }
        if readiness.callsForReading, isOpen(connection) { receive(connection) }
    }

    // MARK: Reading

    private func receive(_ connection: SMTPConnection) {
        guard mayRead(connection) else {
            // Until the question is answered the rest waits in the socket.
            return watch(connection, connection.watched.subtracting(.readable))
        }
        let progress: Progress<Int>
        do throws(PosixError) {
            progress = try receiveBytes(connection)
        } catch {
            return lost(connection)
        }
        guard case .done(let count) = progress else { return }
        if count == 0 { return lost(connection) }
        let wasUndecided = connection.stage == .undecided
        switch connection.stage {
        case .closing: return
        case .undecided: decide(connection, firstByte: receiveBuffer[0])
        case .open: break
        }
        guard isOpen(connection) else { return }
        if let channel = connection.channel { return receive(receiveBuffer[..<count], connection, channel) }
        give(.received(Array(receiveBuffer[..<count])), connection)
        // Clear text ahead of the greeting: the session hears that it may greet, and sees that it was spoken to.
        if wasUndecided { give(.opened, connection) }
    }

    private func mayRead(_ connection: SMTPConnection) -> Bool {
        connection.stage == .closing
            || (connection.session.phase != .deciding
                && connection.output.count - connection.sent < SMTPServerLimits.unsentBytesMax)
    }

    /// RFC 8446 §5.1: a ClientHello comes in a record of type 22, which begins no SMTP command.
    private func decide(_ connection: SMTPConnection, firstByte: UInt8) {
        connection.stage = .open
        guard firstByte == Self.handshakeRecord else { return }
        guard let stream = try? connection.listener.identity?.makeStream() else { return close(connection) }
        connection.channel = TLSChannel(stream)
        connection.session = ServerSession(
            connection.listener.configuration, isSecure: true, isTrusted: connection.client.isTrusted)
    }

    private static let handshakeRecord: UInt8 = 22

    private func receiveBytes(_ connection: SMTPConnection) throws(PosixError) -> Progress<Int> {
        let received = unsafe receiveBuffer.withUnsafeMutableBytes { buffer in
            Result { () throws(PosixError) in try unsafe connection.socket.receive(into: buffer) }
        }
        return try received.get()
    }

    private func receive(
        _ ciphertext: ArraySlice<UInt8>, _ connection: SMTPConnection, _ channel: TLSChannel
    ) {
        let wasEstablished = channel.isEstablished
        let plaintext: [UInt8]
        do throws(TLSError) {
            plaintext = try channel.receive(ciphertext, answering: &connection.output)
        } catch {
            // What came is no TLS, or none that we speak. The alert is sent, and what the client says to it is read and
            // dropped, so that it sees the alert and an end instead of a reset.
            return beginClosing(connection)
        }
        if !wasEstablished, channel.isEstablished {
            give(connection.session.phase == .tlsHandshake ? .tlsEstablished : .opened, connection)
        }
        if !plaintext.isEmpty, isOpen(connection) { give(.received(plaintext), connection) }
        if isOpen(connection) { flush(connection) }
        if channel.isClosedByPeer, isOpen(connection), connection.stage == .open { lost(connection) }
    }

    /// The client has ended its side, or the connection is broken. A question that is being answered goes on; there is
    /// nobody to tell.
    private func lost(_ connection: SMTPConnection) {
        _ = connection.session.handle(.connectionClosed)
        close(connection)
    }

    // MARK: The session

    private func give(_ event: ServerEvent, _ connection: SMTPConnection) {
        // A loop and no recursion: a client may send thousands of commands in one piece.
        var next: ServerEvent? = event
        while let event = next {
            next = nil
            for action in connection.session.handle(event) { next = perform(action, connection) }
        }
        guard isOpen(connection) else { return }
        countContent(connection)
        connection.setDeadline(uptime: time.uptime)
        flush(connection)
    }

    /// The event that follows at once, if one does: a question is always the last action, and most are answered on the
    /// spot.
    private func perform(_ action: ServerAction, _ connection: SMTPConnection) -> ServerEvent? {
        guard isOpen(connection) else { return nil }
        switch action {
        case .send(let bytes): if !connection.append(bytes) { close(connection) }
        case .startTLS: startTLS(connection)
        case .ask(let question): return answer(question, connection).map { .answered($0) }
        case .close: beginClosing(connection)
        }
        return nil
    }

    private func startTLS(_ connection: SMTPConnection) {
        guard let stream = try? connection.listener.identity?.makeStream() else { return close(connection) }
        connection.channel = TLSChannel(stream)
    }

    /// nil: the answer comes later.
    private func answer(_ question: ServerQuestion, _ connection: SMTPConnection) -> ServerVerdict? {
        let service = connection.listener.service
        switch question {
        case .sender(let path):
            let (answer, client) = service.begin(path, connection.client)
            connection.client = client
            return verdict(answer, connection)
        case .recipient(let recipient): return verdict(service.check(recipient, connection.client), connection)
        case .credentials(let credentials):
            let (id, client) = (connection.id, connection.client)
            Task.immediate(executorPreference: loop) {
                let (answer, client) = await service.authenticate(credentials, client)
                self.answered(answer, client, id)
            }
        case .message(let mail):
            let (id, client) = (connection.id, connection.client)
            Task.immediate(executorPreference: loop) {
                let answer = await service.accept(mail, client)
                self.answered(answer, client, id)
            }
        }
        return nil
    }

    private func verdict(_ answer: SMTPAnswer, _ connection: SMTPConnection) -> ServerVerdict {
        connection.meter.note(answer)
        return answer.verdict
    }

    private func answered(_ answer: SMTPAnswer, _ client: SMTPClient, _ id: ConnectionID) {
        // The client may be gone; what it handed over is kept all the same.
        guard let connection = connection(id), connection.stage == .open else { return }
        connection.client = client
        give(.answered(verdict(answer, connection)), connection)
        if isOpen(connection), connection.stage == .open, mayRead(connection) {
            watch(connection, connection.watched.union(.readable))
        }
    }

    /// Counts what a message takes of the shard's memory while it arrives.
    private func countContent(_ connection: SMTPConnection) {
        let held = connection.session.octetsHeld
        let counted = held > SMTPServerLimits.uncountedContentBytes ? held : 0
        contentOctets += counted - connection.countedOctets
        connection.countedOctets = counted
        guard contentOctets > SMTPServerLimits.contentBytesPerShard, counted > 0 else { return }
        for action in connection.session.handle(.contentUnwanted) { _ = perform(action, connection) }
        let left = connection.session.octetsHeld
        contentOctets += left - connection.countedOctets
        connection.countedOctets = left
    }

    // MARK: Writing

    /// Replies wait for the end of the turn, so that those of one turn go out together, and the writes of all
    /// connections follow one another.
    private func flush(_ connection: SMTPConnection) {
        guard connection.hasUnsentOutput else { return }
        guard !connection.isGathered else { return }
        if gathering.isEmpty {
            loop.atTurnEnd { [unowned self] in self.assumeIsolated { $0.writeGathered() } }
        }
        connection.isGathered = true
        gathering.append(connection)
        if gathering.count >= SMTPServerLimits.gatheredConnections { writeGathered() }
    }

    private func writeGathered() {
        var connections: [SMTPConnection] = []
        swap(&connections, &gathering)
        for connection in connections {
            connection.isGathered = false
            if isOpen(connection), connection.hasUnsentOutput { write(connection) }
        }
    }

    private func write(_ connection: SMTPConnection) {
        guard connection.send() else { return lost(connection) }
        if connection.hasUnsentOutput { return watch(connection, connection.watched.union(.writable)) }
        if connection.stage == .closing { return endSending(connection) }
        watch(connection, mayRead(connection) ? .readable : connection.watched.subtracting(.writable))
    }

    private func watch(_ connection: SMTPConnection, _ interest: Readiness) {
        guard connection.watched != interest else { return }
        connection.watched = interest
        do throws(PosixError) {
            try loop.watch(connection.socket.number, interest)
        } catch {
            close(connection)
        }
    }

    // MARK: Closing

    /// Our last words are sent, and what the client still says is dropped until it ends its side, so that it reads them
    /// and not a reset.
    private func beginClosing(_ connection: SMTPConnection) {
        guard isOpen(connection), connection.stage != .closing else { return }
        connection.stage = .closing
        contentOctets -= connection.countedOctets
        connection.countedOctets = 0
        if let channel = connection.channel, channel.isEstablished { channel.end(into: &connection.output) }
        connection.phaseBegan = time.uptime
        connection.deadline = time.uptime + SMTPServerLimits.closingTimeout
        watch(connection, connection.watched.union(.readable))
        if connection.hasUnsentOutput { flush(connection) } else { endSending(connection) }
    }

    private func endSending(_ connection: SMTPConnection) {
        guard !connection.hasEndedSending else { return }
        connection.hasEndedSending = true
        connection.socket.endSending()
        watch(connection, .readable)
    }

    // MARK: Timeouts

    /// Timeouts are looked for once a second: cheaper than a timer per connection, and seconds are what they are in.
    private func sweepLater() {
        guard !isSweeping else { return }
        isSweeping = true
        loop.schedule(after: SMTPServerLimits.sweepInterval) { [weak self] in self?.assumeIsolated { $0.sweep() } }
    }

    private func sweep() {
        isSweeping = false
        let now = time.uptime
        for connection in connections {
            guard let connection, connection.isLate(uptime: now) else { continue }
            if connection.stage == .closing { close(connection) } else { give(.timedOut, connection) }
        }
        if connectionCount > 0 { sweepLater() }
    }

    // MARK: The end

    /// Stops listening, takes leave of clients that rest, lets messages finish; returns when no connection is left.
    package func drain() async {
        isDraining = true
        for number in listeners.keys { loop.unregister(number) }
        listeners.removeAll()
        for connection in connections {
            guard let connection else { continue }
            if connection.stage == .undecided { close(connection) } else { give(.draining, connection) }
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
