package import Base
package import Kernel
package import Posix
import SMTPWire
import TLS

/// Hands all mail to one mail server, which passes it on: the smarthost.
///
/// One lane, since all mail shares the way. Each call of `deliver` holds one connection, and gives it back for the next
/// call; a connection that waits too long says QUIT. Connections live on the transport's loop, as the actor does, so
/// nothing here waits for a lock; only name look-ups block, and those are made by `workers`.
///
/// The egress guard is not asked: it keeps destinations that a caller names away from inner networks, while the
/// smarthost is named by the operator, and is an inner host as a rule.
package actor SmarthostTransport: MailTransport {
    package nonisolated let sessionsPerLane: Int
    package nonisolated let parcelsPerSession: Int
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    let loop: EventLoop
    let workers: WorkerPool
    let time: any TimeSource
    let log: Log
    let configuration: SmarthostConfiguration
    let verdict: Verdict
    private let tls: TLSClientContext
    var addresses: AddressCache
    private let laneID: LaneID

    /// Open and without work, the one used last at the end.
    private var idle: [Connection] = []
    private var isClosing = false

    /// `loop` runs on a thread of its own, which the caller starts before the first `deliver` and stops after `close`.
    package init(
        _ configuration: SmarthostConfiguration, loop: EventLoop, workers: WorkerPool, time: any TimeSource, log: Log
    ) throws(SmarthostError) {
        do throws(TLSError) {
            tls = try TLSClientContext(trust: configuration.caFile.map { .file(path: $0) } ?? .system)
        } catch {
            throw .trust(reason: "\(error)")
        }
        self.configuration = configuration
        self.loop = loop
        self.workers = workers
        self.time = time
        self.log = log
        verdict = Verdict(host: configuration.hostAndPort)
        addresses = AddressCache(host: configuration.host)
        laneID = LaneID("smarthost:\(configuration.hostAndPort)")
        sessionsPerLane = configuration.sessions
        parcelsPerSession = configuration.parcelsPerSession
    }

    package nonisolated func lane(for destination: String) -> LaneID { laneID }

    package func deliver(_ parcels: [Parcel], lane: LaneID) async -> [ParcelResult] {
        var call = DeliveryCall(end: time.uptime + SMTPDeliveryLimits.callDuration)
        var results: [ParcelResult] = []
        for parcel in parcels { results.append(ParcelResult(outcomes: await attempt(parcel, &call))) }
        if let connection = call.connection { giveBack(connection) }
        return results
    }

    /// Says QUIT on all idle connections, and returns when they are closed, after `SMTPDeliveryLimits.quitTimeout` at
    /// the latest.
    package func close() async {
        isClosing = true
        let leaving = idle
        idle = []
        for connection in leaving { connection.leave() }
        for connection in leaving { await connection.end() }
    }

    // MARK: Idle connections

    func takeIdle() -> Connection? {
        while let connection = idle.popLast() {
            guard connection.isIdle else { continue }
            connection.isLeftAlone = false
            return connection
        }
        return nil
    }

    private func giveBack(_ connection: Connection) {
        guard connection.isIdle else { return }
        idle.removeAll { !$0.isIdle }
        // The caller holds at most `sessionsPerLane` in use, so that many at most are worth keeping.
        if isClosing || idle.count >= sessionsPerLane { return connection.leave() }
        connection.isLeftAlone = true
        idle.append(connection)
    }

    // MARK: New connections

    var surroundings: Connection.Surroundings {
        let verification: TLSVerification
        switch configuration.security {
        case .never, .opportunistic: verification = .none
        case .required, .implicit: verification = .full(hostname: configuration.host)
        }
        let (tls, host) = (tls, configuration.host)
        return Connection.Surroundings(loop: loop, time: time, log: log) { () throws(TLSError) in
            try tls.makeStream(serverName: host, verification: verification)
        }
    }
}
