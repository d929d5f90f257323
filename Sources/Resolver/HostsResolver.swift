import Base
package import DNSWire
package import Ports

/// Answers for the names of a `HostsTable` by itself, and asks for all others.
package struct HostsResolver: Resolver {
    private let table: HostsTable
    private let next: any Resolver

    package init(_ table: HostsTable, behind next: any Resolver) {
        self.table = table
        self.next = next
    }

    package func resolve(
        _ name: DNSName, _ type: RecordType, freshness: DNSFreshness
    ) async throws(ResolverFailure) -> Resolution {
        guard type == .a || type == .aaaa, let known = table.addresses(of: name) else {
            return try await next.resolve(name, type, freshness: freshness)
        }
        let records = known.filter { ($0.family == .v6) == (type == .aaaa) }
            .map { type == .aaaa ? RecordData.aaaa($0) : RecordData.a($0) }
        return records.isEmpty ? .noData : .records(records)
    }
}
