package import Base
import Model
package import Posix
import SMTPWire
package import Serving
import TLS

/// One core's share of the SMTP server: its listeners and connections, on the loop of that core's HTTP shard. Shards
/// share nothing with each other but the counts of connections by address and the memory for contents.
///
/// The shard performs what the pure values decide: `ServerSession` says what to send, to ask and when to end; the
/// listener's `SMTPService` answers what is asked. Replies that are ready in one turn go out in one write.
package actor SMTPShard {
    package nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let time: any TimeSource
    private let log: Log
    private let addresses: AddressCounts
    private let budget: ConnectionBudget?
    private let contents: ContentBudget

    private lazy var floor: ServingFloor<Entrance, SMTPConnection> = makeFloor()

    /// Of all listeners that there were.
    private var meters: [SMTPMeter] = []

    /// What stands behind one listener, and what counts for it.
    private struct Entrance {
        let listener: SMTPListener
        let meter: SMTPMeter
    }

    /// `addresses`, `contents` and `budget` of connections are shared with other shards.
    package init(
        loop: EventLoop, addresses: AddressCounts, contents: ContentBudget = ContentBudget(), time: any TimeSource,
        log: Log, budget: ConnectionBudget? = nil
    ) {
        self.budget = budget
        self.contents = contents
        self.loop = loop
        self.addresses = addresses
        self.time = time
        self.log = log
    }

    private func makeFloor() -> ServingFloor<Entrance, SMTPConnection> {
        ServingFloor(
            loop: loop, time: time, log: log, outputKeptBytes: SMTPServerLimits.outputKeptBytes, budget: budget,
            duties: ServingFloor.Duties(
                make: { link, address, entrance in
                    SMTPConnection(
                        link, listener: entrance.listener, meter: entrance.meter,
                        client: entrance.listener.service.client(at: address))
                },
                begin: { self.begin($0) },
                ready: { self.ready($0, $1) },
                write: { self.write($0) },
                sweep: { if $0.isLate(uptime: $1) { self.expire($0) } },
                close: { self.close($0) },
                isIdleStranger: { $0.client.caller == nil && $0.session.phase.waitsForCommand }))
    }

    // MARK: Listening

    /// Listens at `address`; the address with the port that was chosen. Shards that listen at one port share it.
    package func listen(at address: SocketAddress, _ listener: SMTPListener) throws(PosixError) -> SocketAddress {
        let identity = listener.encryption == .implicit ? listener.identity : nil
        let listening = try floor.listen(at: address, identity: identity) { chosen, connections in
            Entrance(
                listener: listener,
                meter: SMTPMeter(
                    service: listener.service.name, address: chosen.description, connections: connections))
        }
        meters.append(listening.service.meter)
        return listening.address
    }

    /// What each listener has done here, in the order in which they were opened.
    package var figures: [SMTPFigures] { meters.map(\.figures) }

    // MARK: Connections

    private func begin(_ connection: SMTPConnection) {
        connection.setDeadline(uptime: time.uptime)
        if !connection.client.isTrusted {
            connection.isCounted = addresses.begin(connection.client.address)
            if !connection.isCounted { return refuse(connection) }
        }
        switch connection.stage {
        case .undecided: decideLater(connection)
        case .open where connection.link.secure == nil: give(.opened, connection)
        case .open, .closing: break
        }
    }

    /// RFC 5321 §3.1: a server may refuse in place of its greeting.
    private func refuse(_ connection: SMTPConnection) {
        if connection.link.secure == nil {
            Reply(.serviceNotAvailable, .securityFailureForNow, "Too many connections from your address")
                .append(to: &connection.link.output)
        }
        beginClosing(connection)
    }

    /// The client of a port that takes both speaks first if it speaks TLS, and waits for the greeting if not.
    private func decideLater(_ connection: SMTPConnection) {
        let id = connection.link.id
        loop.schedule(after: SMTPServerLimits.helloWait) { [weak self] in
            self?.assumeIsolated { shard in
                guard let connection = shard.floor[id], connection.stage == .undecided else { return }
                connection.stage = .open
                shard.give(.opened, connection)
            }
        }
    }

    private func close(_ connection: SMTPConnection) {
        guard floor.contains(connection) else { return }
        setCounted(0, connection)
        if connection.isCounted { addresses.end(connection.client.address) }
        floor.remove(connection)
    }

    private func ready(_ connection: SMTPConnection, _ readiness: Readiness) {
        if readiness.contains(.writable) { write(connection) }
        if readiness.callsForReading, floor.contains(connection) { receive(connection) }
    }

    // MARK: Reading

    private func receive(_ connection: SMTPConnection) {
        guard mayRead(connection) else {
            // Until the question is answered the rest waits in the socket.
            return floor.watch(connection, connection.link.watched.subtracting(.readable))
        }
        let progress: Progress<Int>
        do throws(PosixError) {
            progress = try floor.receive(connection)
        } catch {
            return lost(connection)
        }
        guard case .done(let count) = progress else { return }
        if count == 0 { return lost(connection) }
        let wasUndecided = connection.stage == .undecided
        switch connection.stage {
        case .closing: return
        case .undecided: decide(connection, firstByte: floor.received[0])
        case .open: break
        }
        guard floor.contains(connection) else { return }
        if let secure = connection.link.secure { return receive(floor.received[..<count], connection, secure) }
        give(.received(Array(floor.received[..<count])), connection)
        // Clear text ahead of the greeting: the session hears that it may greet, and sees that it was spoken to.
        if wasUndecided { give(.opened, connection) }
    }

    private func mayRead(_ connection: SMTPConnection) -> Bool {
        connection.stage == .closing
            || (connection.session.phase != .deciding
                && connection.link.unsentBytes < SMTPServerLimits.unsentBytesMax)
    }

    /// RFC 8446 §5.1: a ClientHello comes in a record of type 22, which begins no SMTP command.
    private func decide(_ connection: SMTPConnection, firstByte: UInt8) {
        connection.stage = .open
        guard firstByte == Self.handshakeRecord else { return }
        guard let stream = try? connection.listener.identity?.makeStream() else { return close(connection) }
        connection.link.secure(with: stream)
        connection.session = ServerSession(
            connection.listener.configuration, isSecure: true, isTrusted: connection.client.isTrusted)
    }

    private static let handshakeRecord: UInt8 = 22

    private func receive(
        _ ciphertext: ArraySlice<UInt8>, _ connection: SMTPConnection, _ secure: SecureChannel
    ) {
        let wasEstablished = secure.isEstablished
        let plaintext: [UInt8]
        do throws(TLSError) {
            plaintext = try secure.receive(ciphertext)
        } catch {
            // What came is no TLS, or none that we speak. The alert is sent, and what the client says to it is read and
            // dropped, so that it sees the alert and an end instead of a reset.
            return beginClosing(connection)
        }
        if !wasEstablished, secure.isEstablished {
            give(connection.session.phase == .tlsHandshake ? .tlsEstablished : .opened, connection)
        }
        if !plaintext.isEmpty, floor.contains(connection) { give(.received(plaintext), connection) }
        if floor.contains(connection) { flush(connection) }
        if secure.isClosedByPeer, floor.contains(connection), connection.stage == .open { lost(connection) }
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
        guard floor.contains(connection) else { return }
        countContent(connection)
        connection.setDeadline(uptime: time.uptime)
        flush(connection)
    }

    /// The event that follows at once, if one does: a question is always the last action, and most are answered on the
    /// spot.
    private func perform(_ action: ServerAction, _ connection: SMTPConnection) -> ServerEvent? {
        guard floor.contains(connection) else { return nil }
        switch action {
        case .send(let bytes): connection.link.output += bytes
        case .startTLS: startTLS(connection)
        case .ask(let question): return answer(question, connection).map { .answered($0) }
        case .close: beginClosing(connection)
        }
        return nil
    }

    private func startTLS(_ connection: SMTPConnection) {
        guard let stream = try? connection.listener.identity?.makeStream() else { return close(connection) }
        connection.link.secure(with: stream)
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
            let (id, client) = (connection.link.id, connection.client)
            Task.immediate(executorPreference: loop) {
                let (answer, client) = await service.authenticate(credentials, client)
                self.answered(answer, client, id)
            }
        case .message(let mail):
            let (id, client) = (connection.link.id, connection.client)
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
        guard let connection = floor[id], connection.stage == .open else { return }
        connection.client = client
        give(.answered(verdict(answer, connection)), connection)
        if floor.contains(connection), connection.stage == .open, mayRead(connection) {
            floor.watch(connection, connection.link.watched.union(.readable))
        }
    }

    /// Counts what a message takes of the memory for contents while it arrives.
    private func countContent(_ connection: SMTPConnection) {
        let held = connection.session.octetsHeld
        let counted = held > SMTPServerLimits.uncountedContentBytes ? held : 0
        setCounted(counted, connection)
        guard counted > 0, contents.isExceeded(isKnown: connection.isCountedAsKnown, connection.client.address) else {
            return
        }
        for action in connection.session.handle(.contentUnwanted) { _ = perform(action, connection) }
        setCounted(connection.session.octetsHeld, connection)
    }

    private func setCounted(_ octets: Int, _ connection: SMTPConnection) {
        if connection.countedOctets == 0 { connection.isCountedAsKnown = connection.client.caller != nil }
        contents.change(
            by: octets - connection.countedOctets, isKnown: connection.isCountedAsKnown, connection.client.address)
        connection.countedOctets = octets
    }

    // MARK: Writing

    private func flush(_ connection: SMTPConnection) {
        if connection.link.hasUnsentOutput { floor.gather(connection) }
    }

    private func write(_ connection: SMTPConnection) {
        guard connection.link.send() else { return lost(connection) }
        let watched = connection.link.watched
        if connection.link.hasUnsentOutput { return floor.watch(connection, watched.union(.writable)) }
        if connection.stage == .closing { return endSending(connection) }
        floor.watch(connection, mayRead(connection) ? .readable : watched.subtracting(.writable))
    }

    // MARK: Closing

    /// Our last words are sent, and what the client still says is dropped until it ends its side, so that it reads them
    /// and not a reset.
    private func beginClosing(_ connection: SMTPConnection) {
        guard floor.contains(connection), connection.stage != .closing else { return }
        connection.stage = .closing
        setCounted(0, connection)
        connection.link.endTLS()
        connection.phaseBegan = time.uptime
        connection.link.deadline = time.uptime + SMTPServerLimits.closingTimeout
        floor.watch(connection, connection.link.watched.union(.readable))
        if connection.link.hasUnsentOutput { flush(connection) } else { endSending(connection) }
    }

    private func endSending(_ connection: SMTPConnection) {
        guard !connection.hasEndedSending else { return }
        connection.hasEndedSending = true
        connection.link.endSending()
        floor.watch(connection, .readable)
    }

    private func expire(_ connection: SMTPConnection) {
        if connection.stage == .closing { close(connection) } else { give(.timedOut, connection) }
    }

    // MARK: The end

    /// Stops listening, takes leave of clients that rest, lets messages finish; returns when no connection is left.
    package func drain() async {
        await floor.drain { connection in
            if connection.stage == .undecided { close(connection) } else { give(.draining, connection) }
        }
    }

    /// The end: closes what is left. A shard that listened stays in memory until it is called.
    package func closeAll() { floor.closeAll() }
}
