package import Base
package import Ports
package import Posix
import SMTPWire
import TLS

/// Hands all mail to one mail server, which passes it on: the smarthost.
///
/// One lane, since all mail shares the way. Each call of `deliver` holds one connection, and gives it back for the next
/// call; a connection that waits too long says QUIT. Connections live on the transport's loop, as the actor does.
///
/// The egress guard is not asked: it keeps destinations that a caller names away from inner networks, while the
/// smarthost is named by the operator, and is an inner host as a rule.
package actor SmarthostTransport: MailTransport {
    package nonisolated let sessionsPerLane: Int
    package nonisolated let parcelsPerSession: Int
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let loop: EventLoop
    private let time: any TimeSource
    private let log: Log
    private let way: SmarthostWay
    private let laneID: LaneID
    private nonisolated let offer = HopOffer()

    /// `resolver` is asked for the smarthost's name. `loop` runs on a thread of its own, which the caller starts before
    /// the first `deliver` and stops after `close`.
    package init(
        _ configuration: SmarthostConfiguration, resolver: any Resolver, loop: EventLoop, time: any TimeSource, log: Log
    ) throws(SmarthostError) {
        let tls: TLSClientContext
        do throws(TLSError) {
            tls = try TLSClientContext(trust: configuration.caFile.map { .file(path: $0) } ?? .system)
        } catch {
            throw .trust(reason: "\(error)")
        }
        self.loop = loop
        self.time = time
        self.log = log
        way = SmarthostWay(
            configuration, tls: tls, offer: offer, resolver: resolver, loop: loop, time: time, log: log)
        laneID = LaneID("smarthost:\(configuration.hostAndPort)")
        sessionsPerLane = configuration.sessions
        parcelsPerSession = configuration.parcelsPerSession
    }

    package nonisolated var takesInternational: Bool? { offer.takesInternational }

    package nonisolated func lane(for destination: String) -> LaneID { laneID }

    package func deliver(_ parcels: [Parcel], lane: LaneID) async -> [ParcelResult] {
        await Courier(way, time: time, log: log).deliver(parcels)
    }

    /// Says QUIT on all idle connections, and returns when they are closed, after `SMTPDeliveryLimits.quitTimeout` at
    /// the latest.
    package func close() async { await way.pool.close() }
}
