package import Base
package import Ports
package import Posix
import Synchronization
import TLS

/// Hands mail to the servers that take it for its destinations, as the DNS names them.
///
/// A lane is a provider: the destinations with equal routes share it, its connections and its fate. Which lane a
/// destination has is known once it was asked for; until then, and while nobody takes its mail, it has a lane of its
/// own, in which nothing is sent.
///
/// Each call of `deliver` holds one connection, and gives it back for the next call to the same provider. Everything
/// lives on the transport's loop, as the actor does; no call blocks it.
package actor DirectTransport: MailTransport {
    package nonisolated let sessionsPerLane: Int
    package nonisolated let parcelsPerSession: Int
    package nonisolated let sessionsMax: Int
    package nonisolated var findsLanes: Bool { true }
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let loop: EventLoop
    private let ground: DirectGround
    private let finder: RouteFinder
    private let connections: Int
    /// The lanes found last, and until when they are believed. After that they are hints.
    private let known = Mutex<[String: (lane: LaneID, until: Duration)]>([:])
    /// Why destinations have no route, for the call that follows.
    private var findings: [LaneID: RouteFailure] = [:]
    private var ways: [LaneID: ExchangeWay] = [:]
    private var sweepAt = SMTPDeliveryLimits.waysKept

    /// `loop` runs on a thread of its own, which the caller starts before the first call and stops after `close`.
    /// `policies` is what MTA-STS policies are fetched by, and closed with the transport; nil: none are asked for.
    package init(
        _ configuration: DirectConfiguration, resolver: any Resolver, policies: (any HTTPTransport)? = nil,
        loop: EventLoop, time: any TimeSource, random: any RandomSource, log: Log
    ) throws(DirectError) {
        let tls: TLSClientContext
        do throws(TLSError) {
            tls = try TLSClientContext(trust: configuration.caFile.map { .file(path: $0) } ?? .system)
        } catch {
            throw .trust(reason: "\(error)")
        }
        self.loop = loop
        ground = DirectGround(
            configuration, resolver: resolver, tls: tls, loop: loop, time: time, random: random, log: log)
        finder = RouteFinder(
            resolver: resolver, own: configuration.ownNames,
            policies: policies.map { STSKeeper(resolver: resolver, http: $0, loop: loop, time: time) },
            security: configuration.security
        ) { [chosen = configuration.securityByDomain] in chosen[$0] }
        connections = configuration.connections
        sessionsPerLane = configuration.sessions
        parcelsPerSession = configuration.parcelsPerSession
        sessionsMax = configuration.connections
    }

    // MARK: Lanes

    package nonisolated func lane(for destination: String) -> LaneID {
        known.withLock { $0[destination]?.lane } ?? LaneID(destination)
    }

    package func lanes(for destinations: Set<String>) async -> [String: LaneID] {
        let now = ground.time.uptime
        var lanes = known.withLock { known in
            Dictionary(
                uniqueKeysWithValues: destinations.compactMap { destination in
                    known[destination].flatMap { now < $0.until ? (destination, $0.lane) : nil }
                })
        }
        await withTaskGroup { group in
            for destination in destinations where lanes[destination] == nil {
                group.addTask(executorPreference: loop) { [finder] in
                    (destination, await finder.route(to: destination))
                }
            }
            for await (destination, found) in group { lanes[destination] = keep(found, of: destination) }
        }
        return lanes
    }

    private func keep(_ found: Result<Route, RouteFailure>, of destination: String) -> LaneID {
        switch found {
        case .success(let route):
            let (lane, until) = (route.lane, ground.time.uptime + SMTPDeliveryLimits.routeLifetime)
            known.withLock { known in
                if known.count >= SMTPDeliveryLimits.destinationsKnown { known = [:] }
                known[destination] = (lane, until)
            }
            return lane
        case .failure(let failure):
            let lane = LaneID(destination)
            _ = known.withLock { $0.removeValue(forKey: destination) }
            if findings.count >= SMTPDeliveryLimits.destinationsKnown { findings = [:] }
            findings[lane] = failure
            return lane
        }
    }

    // MARK: Delivery

    package func deliver(_ parcels: [Parcel], lane: LaneID) async -> [ParcelResult] {
        switch await route(of: lane) {
        case .success(let route): return await deliver(parcels, over: way(route))
        case .failure(let failure):
            let outcome = Verdict(host: nil, isOwnServer: false).outcome(failure.fault)
            return parcels.map { ParcelResult(outcomes: $0.recipients.map { _ in outcome }) }
        }
    }

    private func route(of lane: LaneID) async -> Result<Route, RouteFailure> {
        if let route = Route(lane: lane) { return .success(route) }
        if let failure = findings.removeValue(forKey: lane) { return .failure(failure) }
        return await finder.route(to: lane.name)
    }

    private func way(_ route: Route) -> ExchangeWay {
        if let way = ways[route.lane] { return way }
        let way = ExchangeWay(route, ground)
        ways[route.lane] = way
        return way
    }

    private func deliver(_ parcels: [Parcel], over way: ExchangeWay) async -> [ParcelResult] {
        way.users += 1
        let results = await Courier(way, time: ground.time, log: ground.log).deliver(parcels)
        way.users -= 1
        limitIdle(way)
        sweep()
        return results
    }

    /// As many connections may wait as may work: what is above that goes, from whoever came last.
    private func limitIdle(_ way: ExchangeWay) {
        guard ways.values.reduce(0, { $0 + $1.pool.count }) > connections else { return }
        way.pool.take()?.leave()
    }

    /// Forgets ways without work, whenever they have become twice as many.
    private func sweep() {
        guard ways.count >= sweepAt else { return }
        ways = ways.filter { $0.value.users > 0 || $0.value.pool.count > 0 }
        sweepAt = max(SMTPDeliveryLimits.waysKept, ways.count * 2)
    }

    /// Says QUIT on all idle connections, and returns when they are closed, after `SMTPDeliveryLimits.quitTimeout` at
    /// the latest.
    package func close() async {
        let leaving = ways.values.flatMap { $0.pool.leave() }
        ways = [:]
        for connection in leaving { await connection.end() }
        await finder.policies?.close()
    }
}
