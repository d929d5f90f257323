import Base
import DNSWire
import Ports
import Posix
import SMTPWire
import TLS

/// From a route to a connection that is ready for mail.
///
/// Exchanges in the order of preference, each at all its addresses, until one is ready; those that did not answer a
/// moment ago come last. An address that the egress guard does not admit is never connected to, whatever name leads
/// there: a zone that anybody may write must not make us knock at inner networks.
final class ExchangeWay: Way {
    private struct Hop {
        let exchange: Exchange
        let address: IPAddress
    }

    /// What came of the exchanges so far.
    private struct Search {
        var tried = 0
        var postponed: [Hop] = []
        /// What is said in the end. That something may do better later outweighs that something never will.
        var fault = HopFault(fault: .unroutable(.noAddress), host: nil)

        mutating func note(_ fault: ConnectionFault, _ host: String?) {
            if fault.isPermanent, !self.fault.fault.isPermanent { return }
            self.fault = HopFault(fault: fault, host: host)
        }
    }

    let pool: ConnectionPool
    let isOwn = false
    /// Calls that use it now.
    var users = 0
    private let route: Route
    private let ground: DirectGround

    init(_ route: Route, _ ground: DirectGround) {
        self.route = route
        self.ground = ground
        pool = ConnectionPool(capacity: ground.configuration.sessions)
    }

    func open(_ dialogue: inout Dialogue) async throws(HopFault) -> Connection {
        var search = Search()
        for exchange in route.exchanges(ground.random) {
            for address in await addresses(of: exchange, &search) {
                let hop = Hop(exchange: exchange, address: address)
                if ground.memory.isResting(address, uptime: ground.time.uptime) {
                    search.postponed.append(hop)
                } else if let connection = await open(hop, &search, &dialogue) {
                    return connection
                }
            }
        }
        for hop in search.postponed {
            if let connection = await open(hop, &search, &dialogue) { return connection }
        }
        if search.tried == 0 { dialogue.note("\(search.fault.host ?? "nobody"): \(search.fault.fault.sentence)") }
        throw search.fault
    }

    func report(_ fault: HopFault) { report(fault.fault, at: nil) }

    // MARK: Addresses

    /// Those that may be connected to, IPv6 first (RFC 6724 §2.1, precedence of `::/0`).
    private func addresses(of exchange: Exchange, _ search: inout Search) async -> [IPAddress] {
        let found = await allAddresses(of: exchange, &search)
        let admitted = found.filter(ground.configuration.egress.admits)
        if admitted.isEmpty, !found.isEmpty { search.note(.unroutable(.notAllowed), hostAndPort(exchange)) }
        return admitted
    }

    private func allAddresses(of exchange: Exchange, _ search: inout Search) async -> [IPAddress] {
        switch exchange {
        case .literal(let address): return [address]
        case .name(let name):
            var addresses: [IPAddress] = []
            for type in [RecordType.aaaa, .a] {
                do throws(ResolverFailure) {
                    let answer = try await ground.resolver.resolve(name, type, freshness: .cached)
                    guard case .records(let records) = answer else { continue }
                    addresses += records.compactMap(\.address)
                } catch {
                    search.note(.resolver(error), hostAndPort(exchange))
                }
            }
            return addresses
        }
    }

    private func hostAndPort(_ exchange: Exchange) -> String { exchange.hostAndPort(ground.configuration.port) }

    // MARK: Connections

    /// Nil where there is none; the search knows why.
    private func open(_ hop: Hop, _ search: inout Search, _ dialogue: inout Dialogue) async -> Connection? {
        guard search.tried < SMTPDeliveryLimits.addressesTried else { return nil }
        search.tried += 1
        do throws(ConnectionFault) {
            let connection = try await open(hop, &dialogue)
            ground.memory.answered(hop.address)
            return connection
        } catch {
            ground.memory.failed(hop.address, uptime: ground.time.uptime)
            report(error, at: hop.address)
            search.note(error, hostAndPort(hop.exchange))
            return nil
        }
    }

    /// A handshake that fails where TLS is only a wish is followed by one more connection without it (RFC 7435 §3).
    private func open(_ hop: Hop, _ dialogue: inout Dialogue) async throws(ConnectionFault) -> Connection {
        switch route.security {
        case .never: return try await open(hop, .never, &dialogue)
        case .required: return try await open(hop, .required, &dialogue)
        case .opportunistic where ground.silence.isResting(hop.address, uptime: ground.time.uptime):
            dialogue.note("without TLS, which was not answered here before")
            return try await open(hop, .never, &dialogue)
        case .opportunistic:
            do throws(ConnectionFault) {
                return try await open(hop, .opportunistic, &dialogue)
            } catch {
                guard error.isHandshakeFailure else { throw error }
                if error.isSilenceAboutTLS { ground.silence.failed(hop.address, uptime: ground.time.uptime) }
                report(error, at: hop.address)
                return try await open(hop, .never, &dialogue)
            }
        }
    }

    private func open(
        _ hop: Hop, _ policy: TLSPolicy, _ dialogue: inout Dialogue
    ) async throws(ConnectionFault) -> Connection {
        let configuration = ground.configuration
        let socket = try await SocketConnector.connect(
            to: .ip(hop.address, port: configuration.port), from: configuration.source(for: hop.address),
            loop: ground.loop, timeout: configuration.connectTimeout, named: hop.exchange.host, &dialogue)
        return try await Connection.open(
            socket, configuration.session(tls: policy), surroundings(hop.exchange), after: &dialogue)
    }

    private func surroundings(_ exchange: Exchange) -> Connection.Surroundings {
        let (tls, host) = (ground.tls, exchange.host)
        let verification = route.security == .required ? TLSVerification.full(hostname: host) : .none
        return Connection.Surroundings(
            loop: ground.loop, time: ground.time, log: ground.log, host: hostAndPort(exchange)
        ) { () throws(TLSError) in
            try tls.makeStream(serverName: host, verification: verification)
        }
    }

    /// The exchange's name is left out: it is its owner's, and so its recipients'.
    private func report(_ fault: ConnectionFault, at address: IPAddress?) {
        ground.log.info("mx-connection-failed") { line in
            line.add("address", address)
            line.add("port", ground.configuration.port)
            line.add("reason", fault.logReason)
            line.add("code", fault.logCode)
            line.add("detail", fault.logDetail)
        }
    }
}
