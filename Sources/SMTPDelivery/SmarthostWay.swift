import Base
import DNSWire
import Ports
import Posix
import SMTPWire
import TLS

/// From the smarthost's name to a connection that is ready for mail.
///
/// Connections live on the transport's loop, so nothing here waits for a lock.
final class SmarthostWay: Way {
    let pool: ConnectionPool
    let isOwn = true
    private let configuration: SmarthostConfiguration
    private let surroundings: Connection.Surroundings
    private let resolver: any Resolver
    private let offer: HopOffer
    private var addresses: AddressCache
    /// Where TLS was asked for and never answered.
    private var silence = AddressMemory(rest: SMTPDeliveryLimits.silenceAboutTLS)

    init(
        _ configuration: SmarthostConfiguration, tls: TLSClientContext, offer: HopOffer, resolver: any Resolver,
        loop: EventLoop, time: any TimeSource, log: Log
    ) {
        self.offer = offer
        self.configuration = configuration
        self.resolver = resolver
        pool = ConnectionPool(capacity: configuration.sessions)
        addresses = AddressCache(host: configuration.host)
        let host = configuration.host
        let verification: TLSVerification =
            switch configuration.security {
            case .never, .opportunistic: .none
            case .required, .implicit: .full(hostname: host)
            }
        surroundings = Connection.Surroundings(
            loop: loop, time: time, log: log, host: configuration.hostAndPort
        ) { () throws(TLSError) in
            try tls.makeStream(serverName: host, verification: verification)
        }
    }

    /// A new connection under the configured policy. A handshake that fails where TLS is only a wish is followed by one
    /// more connection without it (RFC 7435 §3): mail in the clear is what this policy prefers to no mail. With
    /// credentials that is no way out, since those are not shown outside TLS.
    func open(_ dialogue: inout Dialogue) async throws(HopFault) -> Connection {
        do throws(HopFault) {
            return try await open(configuration.tlsPolicy, &dialogue)
        } catch {
            guard mayGoWithoutTLS, error.fault.isHandshakeFailure else { throw error }
            return try await open(.never, &dialogue)
        }
    }

    private var mayGoWithoutTLS: Bool {
        configuration.security == .opportunistic && configuration.credentials == nil
    }

    /// Tries the addresses in order until one answers.
    private func open(_ policy: TLSPolicy, _ dialogue: inout Dialogue) async throws(HopFault) -> Connection {
        var fault = ConnectionFault.noAddress
        do throws(ConnectionFault) {
            for address in try await lookUp(&dialogue) {
                do throws(ConnectionFault) {
                    return try await open(address, policy, &dialogue)
                } catch {
                    fault = error
                    if !error.isOfAddress { break }
                }
            }
        } catch {
            fault = error
        }
        let error = HopFault(fault: fault, host: configuration.hostAndPort)
        report(error)
        throw error
    }

    private func open(
        _ address: IPAddress, _ policy: TLSPolicy, _ dialogue: inout Dialogue
    ) async throws(ConnectionFault) -> Connection {
        let socket = try await SocketConnector.connect(
            to: .ip(address, port: configuration.port), loop: surroundings.loop, timeout: configuration.connectTimeout,
            named: configuration.host, &dialogue)
        let isSilent = silence.isResting(address, uptime: surroundings.time.uptime)
        if isSilent, mayGoWithoutTLS { dialogue.note("without TLS, which was not answered here before") }
        do throws(ConnectionFault) {
            let connection = try await Connection.open(
                socket, configuration.session(tls: isSilent && mayGoWithoutTLS ? .never : policy), surroundings,
                after: &dialogue)
            offer.note(connection.kind)
            return connection
        } catch {
            if error.isSilenceAboutTLS { silence.failed(address, uptime: surroundings.time.uptime) }
            throw error
        }
    }

    /// In the order in which they are tried: IPv4 first, which every smarthost has.
    private func lookUp(_ dialogue: inout Dialogue) async throws(ConnectionFault) -> [IPAddress] {
        let time = surroundings.time
        if let known = addresses.addresses(uptime: time.uptime) { return known }
        let found: [IPAddress]
        do throws(ConnectionFault) {
            found = try await ask()
        } catch {
            dialogue.note("\(configuration.host): \(error.sentence)")
            throw error
        }
        addresses.keep(found, uptime: time.uptime)
        return found
    }

    /// One family that cannot be learned spoils nothing where the other one is known.
    private func ask() async throws(ConnectionFault) -> [IPAddress] {
        guard let name = DNSName(configuration.host) else { throw .nameNotFound }
        let (fours, sixes) = (await ask(name, .a), await ask(name, .aaaa))
        let found = [fours, sixes].flatMap { answer -> [IPAddress] in
            guard case .success(.records(let records)) = answer else { return [] }
            return records.compactMap(\.address)
        }
        guard found.isEmpty else { return found }
        for case .failure(let failure) in [fours, sixes] { throw .resolver(failure) }
        throw fours == .success(.nameNotFound) && sixes == .success(.nameNotFound) ? .nameNotFound : .noAddress
    }

    private func ask(_ name: DNSName, _ type: RecordType) async -> Result<Resolution, ResolverFailure> {
        do throws(ResolverFailure) {
            return .success(try await resolver.resolve(name, type, freshness: .cached))
        } catch {
            return .failure(error)
        }
    }

    func report(_ fault: HopFault) {
        surroundings.log.warning("smarthost-connection-failed") { line in
            line.add("host", OperatorText(configuration.host))
            line.add("port", configuration.port)
            line.add("reason", fault.fault.logReason)
            line.add("code", fault.fault.logCode)
            line.add("detail", fault.fault.logDetail)
        }
    }
}
