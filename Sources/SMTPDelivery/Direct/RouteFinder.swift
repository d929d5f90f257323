import Base
import DNSWire
import Kernel

/// Why a destination has no route.
enum RouteFailure: Error, Hashable, Sendable {
    /// There is none.
    case refused(RouteRefusal)
    /// It could not be learned now.
    case unknown(ResolverFailure)

    var fault: ConnectionFault {
        switch self {
        case .refused(let refusal): .unroutable(refusal)
        case .unknown(let failure): .resolver(failure)
        }
    }
}

/// Finds a destination's route in the DNS (RFC 5321 §5.1). Any thread.
struct RouteFinder: Sendable {
    let resolver: any Resolver
    /// This server's names.
    let own: Set<DNSName>
    let security: @Sendable (String) -> DirectConfiguration.Security

    func route(to destination: String) async -> Result<Route, RouteFailure> {
        do throws(RouteFailure) {
            return .success(Route(try await groups(destination), security: security(destination)))
        } catch {
            return .failure(error)
        }
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
        return inner.contains("::") || inner.count > 5 ? IPAddress(String(inner.dropFirst(5))) : nil
    }
}
