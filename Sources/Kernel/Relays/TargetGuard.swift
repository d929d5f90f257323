public import Base
import DNSWire
public import Ports
import Synchronization

/// Says before anything is accepted whether a target may be called. The same is asked again at every connection, with
/// the address that is about to be connected to: this is the early answer, not the wall.
///
/// Any thread. What a host's addresses came to is remembered for a moment, so that a caller who sends thousands to one
/// host does not ask the resolver's loop for each.
public final class TargetGuard: Sendable {
    private struct Verdict {
        let isPublic: Bool
        let until: Instant
    }

    private let resolver: any Resolver
    private let egress: EgressPolicy
    private let time: any TimeSource
    private let verdicts = Mutex<[String: Verdict]>([:])

    public init(resolver: any Resolver, egress: EgressPolicy, time: any TimeSource) {
        self.resolver = resolver
        self.egress = egress
        self.time = time
    }

    /// False for a literal address in any spelling that may not be called, for a name of this machine (RFC 6761 §6.3),
    /// and for a port that never speaks HTTP.
    public func admitsLiterally(_ url: WebURL) -> Bool {
        guard egress.admits(port: url.port) else { return false }
        if let address = IPAddress(host: url.host) { return egress.admits(address) }
        return !Self.isLocal(url.host) || Self.loopback.map { egress.admits($0) } ?? false
    }

    /// False where one of the host's addresses may not be called. A name that has none, or of which nothing can be
    /// learned now, is let through: its attempts will fail.
    public func admitsAddresses(of host: String) async -> Bool {
        if Self.isLocal(host) || IPAddress(host: host) != nil { return true }
        let now = time.now
        if let known = verdicts.withLock({ $0[host] }), now < known.until { return known.isPublic }
        guard let name = DNSName(host) else { return true }
        async let sixes = addresses(name, .aaaa)
        let all = await addresses(name, .a) + sixes
        let isPublic = all.allSatisfy { egress.admits($0) }
        verdicts.withLock { verdicts in
            if verdicts.count >= KernelLimits.hostVerdicts { verdicts.removeAll() }
            verdicts[host] = Verdict(isPublic: isPublic, until: now + KernelLimits.hostVerdictAge)
        }
        return isPublic
    }

    private func addresses(_ name: DNSName, _ type: RecordType) async -> [IPAddress] {
        guard case .records(let records) = try? await resolver.resolve(name, type, freshness: .cached) else {
            return []
        }
        return records.compactMap { record in
            switch record {
            case .a(let address), .aaaa(let address): address
            default: nil
            }
        }
    }

    /// A name or a literal address of this machine.
    static func isThisMachine(_ host: String) -> Bool { isLocal(host) || IPAddress(host: host)?.isLoopback ?? false }

    private static func isLocal(_ host: String) -> Bool {
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        return name == "localhost" || name.hasSuffix(".localhost")
    }

    private static let loopback = IPAddress("127.0.0.1")
}
