import DNSWire
import MailFormat
import Model
import Ports

/// Follows an SPF record to those that it includes, as a receiver would (RFC 7208 §4.6.4), and says what stops it.
///
/// What is included of ours is the operator's to publish, and is no fault of the domain. A name server that does not
/// answer says nothing.
struct SPFWalk {
    private let resolver: any Resolver
    private let own: String
    private var lookups = 0
    private var seen: Set<String> = []

    init(_ resolver: any Resolver, own: String) {
        self.resolver = resolver
        self.own = own
    }

    /// nil where nothing is wrong, as far as can be seen.
    mutating func fault(of record: SPFRecord) async -> SPFFault? {
        lookups += record.lookups
        for name in record.names where name != own {
            if lookups > SPFFault.lookupsMax { return .tooManyLookups }
            // A name with a macro in it depends on the message.
            guard !name.contains("%"), seen.insert(name).inserted, let host = DNSName(name) else { continue }
            guard let found = await texts(host) else { continue }
            guard found.count == 1, let inner = SPFRecord(found[0]) else { return .broken(name) }
            if let fault = await fault(of: inner) { return fault }
        }
        return lookups > SPFFault.lookupsMax ? .tooManyLookups : nil
    }

    /// The records at a name; nil where nobody could say.
    private func texts(_ name: DNSName) async -> [[UInt8]]? {
        guard let resolution = try? await resolver.resolve(name, .txt, freshness: .cached) else { return nil }
        guard case .records(let records) = resolution else { return [] }
        return records.compactMap(\.joinedText).filter(SPFRecord.isMeant)
    }
}
