import Base
import DNSWire
import Model
import Ports

/// From a name to the addresses that may be connected to. A plain value.
struct AddressFinder: Sendable {
    let resolver: any Resolver
    let egress: EgressPolicy

    /// At least one, IPv6 first (RFC 6724 §2.1, precedence of `::/0`). One that the guard does not admit makes all of
    /// them `blocked`: a name that leads to a forbidden address is not to be trusted with the next. A name of this
    /// machine alone has an address of each family (RFC 6761 §6.3), of which the guard may admit one.
    func find(_ host: String) async -> Result<[IPAddress], HTTPFailure> {
        guard let name = DNSName(host) else { return .failure(.name) }
        async let fours = look(name, .a)
        let (sixes, all) = (await look(name, .aaaa), await fours)
        let found = (sixes ?? []) + (all ?? [])
        guard !found.isEmpty else { return .failure(sixes == nil || all == nil ? .resolver : .name) }
        let admitted = found.filter { egress.admits($0) }
        guard admitted.count == found.count || (!admitted.isEmpty && found.allSatisfy(\.isLoopback)) else {
            return .failure(.blocked)
        }
        return .success(Array(admitted.prefix(HTTPDeliveryLimits.addresses)))
    }

    /// nil where nothing could be learned.
    private func look(_ name: DNSName, _ type: RecordType) async -> [IPAddress]? {
        guard let answer = try? await resolver.resolve(name, type, freshness: .cached) else { return nil }
        guard case .records(let records) = answer else { return [] }
        return records.compactMap(\.address)
    }
}
