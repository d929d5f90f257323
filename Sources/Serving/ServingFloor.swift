public import Base
public import Posix
public import TLS

/// What the shards of all protocols stand on: listeners, accepting and pausing, the table of connections, one write a
/// turn, timeouts, and the end. A shard says by its `Duties` what its protocol does with a connection.
///
/// **Threads.** It belongs to one shard, which is an actor on `loop`, and is called and calls back on that loop alone.
/// Generic and final, so that no read or write pays for it: the duties are the one indirect call each.
public final class ServingFloor<Service, Connection: ServedConnection> {
    /// What a shard does. None is called for a connection that was removed.
    public struct Duties {
        /// Makes the connection of a client that came in by a listener of this service; `address` is nil on a local
        /// socket. It is in the table when `begin` is called, and not before.
        let make: (_ link: Link, _ address: IPAddress?, _ service: Service) -> Connection
        let begin: (Connection) -> Void
        let ready: (Connection, Readiness) -> Void
        /// Sends what it has to say: the end of a turn in which it was gathered.
        let write: (Connection) -> Void
        /// Looks whether it has taken too long, once a second.
        let sweep: (Connection, _ uptime: Duration) -> Void
        /// Ends it, by `remove`.
        let close: (Connection) -> Void
        /// Nobody knows who is on it, and nothing is under way: it may be closed where there is no room for another.
        let isIdleStranger: (Connection) -> Bool

        public init(
            make: @escaping (Link, IPAddress?, Service) -> Connection, begin: @escaping (Connection) -> Void,
            ready: @escaping (Connection, Readiness) -> Void, write: @escaping (Connection) -> Void,
            sweep: @escaping (Connection, Duration) -> Void, close: @escaping (Connection) -> Void,
            isIdleStranger: @escaping (Connection) -> Bool = { _ in false }
        ) {
            self.isIdleStranger = isIdleStranger
            self.make = make
            self.begin = begin
            self.ready = ready
            self.write = write
            self.sweep = sweep
            self.close = close
        }
    }

    private let loop: EventLoop
    private let time: any TimeSource
    private let log: Log
    private let outputKeptBytes: Int
    /// nil: the shard's own bound is all.
    private let budget: ConnectionBudget?
    /// What has not been told yet, and when something may be told again.
    private var refused = 0
    private var quietUntil: Duration = .zero
    /// They hold their shard, which holds this; nil after the end.
    private var duties: Duties?

    /// By descriptor.
    private var listeners: [Int32: Listener<Service>] = [:]
    private var table = ConnectionTable<Connection>()
    private var writer: TurnWriter<Connection>?
    /// What `receive` read last.
    public private(set) var received = [UInt8](repeating: 0, count: ServingLimits.receiveBytes)
    private var isSweeping = false
    public private(set) var isDraining = false
    private var drained: CheckedContinuation<Void, Never>?

    /// `outputKeptBytes`: the capacity for output that a connection keeps while it waits.
    public init(
        loop: EventLoop, time: any TimeSource, log: Log, outputKeptBytes: Int, budget: ConnectionBudget? = nil,
        duties: Duties
    ) {
        self.budget = budget
        self.loop = loop
        self.time = time
        self.log = log
        self.outputKeptBytes = outputKeptBytes
        self.duties = duties
        writer = TurnWriter(loop) { [unowned self] connection in
            if contains(connection), connection.link.hasUnsentOutput { self.duties?.write(connection) }
        }
    }

    // MARK: Listening

    /// Listens at `address`; the address with the port that was chosen, and what stands behind it, which `service`
    /// makes of that address and of what counts its connections. Shards that listen at one port share it. With an
    /// identity, TLS begins with the first byte. `isReserved`: the operator's own, who gets in when nobody else does.
    public func listen(
        at address: SocketAddress, identity: TLSServerIdentity?, isReserved: Bool = false,
        _ service: (SocketAddress, ConnectionMeter) -> Service
    ) throws(PosixError) -> (address: SocketAddress, service: Service) {
        let socket = try Socket.listen(at: address, sharesPort: true)
        let chosen = try socket.localAddress() ?? address
        let meter = ConnectionMeter()
        let listener = Listener(
            socket: socket, service: service(chosen, meter), identity: identity, meter: meter,
            isReserved: isReserved)
        let number = listener.socket.number
        try loop.register(number, .readable) { [unowned self] _ in listeners[number].map { accept(from: $0) } }
        listeners[number] = listener
        return (chosen, listener.service)
    }

    private func accept(from listener: Listener<Service>) {
        while table.count < ServingLimits.connectionsPerShard || listener.isReserved {
            do throws(PosixError) {
                guard let accepted = try listener.socket.accept() else { return }
                // What is not taken closes at once.
                if listener.isReserved || admits(accepted.peer, listener) { try open(accepted, listener) }
            } catch {
                // A connection that was reset while it waited is gone; anything else is a lack of descriptors or
                // memory.
                if error.isConnectionError { continue }
                makeRoom()
                tell("accept-paused") { $0.add("reason", OperatorText(error.description)) }
                return pause(listener)
            }
        }
        makeRoom()
        pause(listener)
    }

    // MARK: Room

    private func admits(_ peer: SocketAddress?, _ listener: Listener<Service>) -> Bool {
        guard let budget else { return true }
        let address = Self.address(peer)
        var verdict = budget.take(address)
        if verdict == .full, makeRoom() { verdict = budget.take(address) }
        if verdict == .taken { return true }
        listener.meter.counts.refused += 1
        refused += 1
        tell("connections-refused") { line in
            line.add("count", refused)
            refused = 0
        }
        return false
    }

    private static func address(_ peer: SocketAddress?) -> IPAddress? {
        if case .ip(let ip, _) = peer { ip } else { nil }
    }

    /// Closes the oldest connections on which nobody is known and nothing under way; false where there are none.
    @discardableResult
    private func makeRoom() -> Bool {
        var strangers: [Connection] = []
        forEach { connection in
            if duties?.isIdleStranger(connection) == true { strangers.append(connection) }
        }
        strangers.sort { $0.link.id.generation < $1.link.id.generation }
        for stranger in strangers.prefix(ServingLimits.strangersClosed) { duties?.close(stranger) }
        return !strangers.isEmpty
    }

    /// Whoever could make it be said as often as it happens would fill the log.
    private func tell(_ event: StaticString, _ fields: (inout LogLine) -> Void) {
        let now = time.uptime
        guard now >= quietUntil else { return }
        quietUntil = now + ServingLimits.refusalsInterval
        log.warning(event, fields)
    }

    /// Leaves new connections in the kernel's queue for a while.
    private func pause(_ listener: Listener<Service>) {
        guard !listener.isPaused, (try? loop.watch(listener.socket.number, [])) != nil else { return }
        listener.isPaused = true
        let number = listener.socket.number
        loop.schedule(after: ServingLimits.acceptPause) { [weak self] in self?.resumeListener(number) }
    }

    private func resumeListener(_ number: Int32) {
        guard let listener = listeners[number] else { return }
        listener.isPaused = false
        try? loop.watch(listener.socket.number, .readable)
    }

    // MARK: Connections

    private func open(_ accepted: consuming Accepted, _ listener: Listener<Service>) throws(PosixError) {
        let address = Self.address(accepted.peer)
        let socket = accepted.takeSocket()
        listener.meter.counts.accepted += 1
        let id = table.makeID(socket.number)
        let link = Link(socket, id, meter: listener.meter, keptBytes: outputKeptBytes)
        // What it counts against hears of its end, however early that is.
        link.seat = listener.isReserved ? nil : budget.map { ConnectionSeat($0, address) }
        if address != nil { try link.socket.disableDelay() }
        if let identity = listener.identity {
            // Lack of memory alone; the client sees its connection end.
            guard let stream = try? identity.makeStream() else { return }
            link.secure(with: stream)
        }
        guard let duties else { return }
        let connection = duties.make(link, address, listener.service)
        try loop.register(id.descriptor, .readable) { [unowned self] readiness in
            if let connection = table[id] { self.duties?.ready(connection, readiness) }
        }
        table.insert(connection)
        listener.meter.counts.open += 1
        sweepLater()
        duties.begin(connection)
    }

    public var count: Int { table.count }

    /// nil: it has gone.
    public subscript(id: ConnectionID) -> Connection? { table[id] }

    public func contains(_ connection: Connection) -> Bool { table.contains(connection) }

    /// Forgets a connection, which closes its socket when nobody holds it any more.
    public func remove(_ connection: Connection) {
        guard contains(connection) else { return }
        let link = connection.link
        loop.unregister(link.id.descriptor)
        table.remove(connection)
        link.meter.counts.open -= 1
        if link.secure?.isEstablished == false { link.meter.counts.handshakesFailed += 1 }
        guard isDraining, table.count == 0 else { return }
        drained?.resume()
        drained = nil
    }

    /// Has `ready` called for what is of `interest`, and for a connection that broke.
    public func watch(_ connection: Connection, _ interest: Readiness) {
        guard connection.link.watched != interest else { return }
        connection.link.watched = interest
        do throws(PosixError) {
            try loop.watch(connection.link.id.descriptor, interest)
        } catch {
            duties?.close(connection)
        }
    }

    /// Reads once into `received`: how many bytes, none at the client's end.
    public func receive(_ connection: Connection) throws(PosixError) -> Progress<Int> {
        let result = unsafe received.withUnsafeMutableBytes { buffer in
            Result { () throws(PosixError) in try unsafe connection.link.socket.receive(into: buffer) }
        }
        return try result.get()
    }

    /// Lends the first `count` bytes of `received`.
    public func withReceived(_ count: Int, _ body: (Span<UInt8>) -> Void) {
        let bytes = received
        body(bytes.span.extracting(first: count))
    }

    /// Has `write` called at the end of the turn, if there is something to send by then.
    public func gather(_ connection: Connection) { writer?.gather(connection) }

    // MARK: Timeouts

    /// Timeouts are looked for once a second: cheaper than a timer per connection, and seconds are what they are in.
    private func sweepLater() {
        guard !isSweeping else { return }
        isSweeping = true
        loop.schedule(after: ServingLimits.sweepInterval) { [weak self] in self?.sweep() }
    }

    private func sweep() {
        isSweeping = false
        let now = time.uptime
        forEach { duties?.sweep($0, now) }
        if table.count > 0 { sweepLater() }
    }

    // MARK: The end

    /// Stops listening, and has `leave` called for each connection, which closes those that rest; returns when none is
    /// left. `closeAll` comes after it.
    public func drain(_ leave: (Connection) -> Void) async {
        isDraining = true
        stopListening()
        forEach(leave)
        if table.count > 0 { await withCheckedContinuation { drained = $0 } }
    }

    /// The end: stops listening, closes what is left, and lets go of the shard.
    public func closeAll() {
        stopListening()
        forEach { duties?.close($0) }
        duties = nil
    }

    private func stopListening() {
        for number in listeners.keys { loop.unregister(number) }
        listeners.removeAll()
    }

    /// Those that are there when it begins, and have not gone when their turn comes.
    private func forEach(_ body: (Connection) -> Void) {
        for case let connection? in table.places where contains(connection) { body(connection) }
    }
}
