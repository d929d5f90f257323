import Base
import DNSWire
import Ports

/// Why a destination has no route.
enum RouteFailure: Error, Hashable, Sendable {
    /// There is none.
    case refused(RouteRefusal)
    /// It could not be learned now.
    case unknown(ResolverFailure)
    /// None of its exchanges is one that its MTA-STS policy names. Somebody may stand in between, or somebody forgot to
    /// change the policy; either may pass (RFC 8461 §5).
    case policy

    var fault: ConnectionFault {
        switch self {
        case .refused(let refusal): .unroutable(refusal)
        case .unknown(let failure): .resolver(failure)
        case .policy: .notNamedByPolicy
        }
    }
}

/// Finds a destination's route in the DNS (RFC 5321 §5.1). Any thread.
struct RouteFinder: Sendable {
    let resolver: any Resolver
    /// This server's names.
    let own: Set<DNSName>
    /// Knows what destinations ask for; nil: nobody is asked.
    var policies: STSKeeper?
    /// Where neither the operator nor the destination says anything of it.
    var security = DirectConfiguration.Security.opportunistic
    /// The operator's word for a destination.
    let chosen: @Sendable (String) -> DirectConfiguration.Security?

    func route(to destination: String) async -> Result<Route, RouteFailure> {
        do throws(RouteFailure) {
            let groups = try await groups(destination)
            if let chosen = chosen(destination) { return .success(Route(groups, security: chosen)) }
            guard let policy = await policy(of: destination), policy.mode == .enforce else {
                return .success(Route(groups, security: security))
            }
            let named = groups.map { $0.filter(policy.names) }.filter { !$0.isEmpty }
            return named.isEmpty ? .failure(.policy) : .success(Route(named, security: .required))
        } catch {
            return .failure(error)
        }
    }

    /// An operator that wants no TLS wants none that others ask for.
    private func policy(of destination: String) async -> STSPolicy? {
        guard security != .never, !destination.hasPrefix("[") else { return nil }
        return await policies?.policy(of: destination)
    }

    private func groups(_ destination: String) async throws(RouteFailure) -> [[Exchange]] {
        if destination.hasPrefix("[") {
            guard let address = Self.address(inLiteral: destination) else { throw .refused(.badLiteral) }
            return [[.literal(address)]]
        }
        guard let name = DNSName(destination), let itself = Exchange(name: name) else { throw .refused(.noSuchDomain) }
        switch try await resolve(name, .mx) {
        case .nameNotFound: throw .refused(.noSuchDomain)
        case .records(let records):
            do throws(RouteRefusal) {
                return try ExchangeList.read(records, own: own).get()
            } catch {
                throw .refused(error)
            }
        // RFC 5321 §5.1: without MX records the domain's own address is its exchange.
        case .noData:
            if own.contains(name) { throw .refused(.loop) }
            if case .records = try await resolve(name, .aaaa) { return [[itself]] }
            if case .records = try await resolve(name, .a) { return [[itself]] }
            throw .refused(.noServer)
        }
    }

    private func resolve(_ name: DNSName, _ type: RecordType) async throws(RouteFailure) -> Resolution {
        do throws(ResolverFailure) {
            return try await resolver.resolve(name, type, freshness: .cached)
        } catch {
            throw .unknown(error)
        }
    }

    /// `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
    static func address(inLiteral text: String) -> IPAddress? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        let inner = text.dropFirst().dropLast()
        guard inner.lowercased().hasPrefix("ipv6:") else {
            let address = IPAddress(String(inner))
            return address?.family == .v4 ? address : nil
        }
        let address = inner.dropFirst("ipv6:".count)
        return address.contains(":") ? IPAddress(String(address)) : nil
    }
}
