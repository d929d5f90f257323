package import DNSWire
package import Ports

/// Completes names of one label as the machine does, each way until one is there; other names are asked for as they are
/// (resolv.conf(5), `ndots` of one).
package struct SuffixResolver: Resolver {
    private let suffixes: [DNSName]
    private let next: any Resolver

    package init(_ suffixes: [DNSName], behind next: any Resolver) {
        self.suffixes = suffixes
        self.next = next
    }

    package func resolve(
        _ name: DNSName, _ type: RecordType, freshness: DNSFreshness
    ) async throws(ResolverFailure) -> Resolution {
        // As it is first: a name of the hosts file is completed by nobody.
        let found = try await next.resolve(name, type, freshness: freshness)
        guard found == .nameNotFound, name.labels.count == 1 else { return found }
        for suffix in suffixes {
            guard let whole = DNSName("\(name.text).\(suffix.text)") else { continue }
            let found = try await next.resolve(whole, type, freshness: freshness)
            if found != .nameNotFound { return found }
        }
        return found
    }
}
