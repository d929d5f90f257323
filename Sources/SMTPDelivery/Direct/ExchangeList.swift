import DNSWire

/// What a destination's MX records come to: a pure reading of RFC 5321 §5.1 and RFC 7505.
enum ExchangeList {
    /// The exchanges by preference, most preferred first, or why there is none. `own`: this server's names.
    static func read(_ records: [RecordData], own: Set<DNSName>) -> Result<[[Exchange]], RouteRefusal> {
        var entries = records.compactMap { record -> (preference: UInt16, name: DNSName)? in
            guard case .mx(let preference, let name) = record else { return nil }
            return (preference, name)
        }
        // RFC 7505 §3: alone it says that no mail is taken; beside others it is a mistake, and they count.
        if !entries.isEmpty, entries.allSatisfy({ $0.name == .root }) { return .failure(.nullMX) }
        entries.removeAll { $0.name == .root }
        // RFC 5321 §5.1: whoever finds itself in the list leaves out itself and all that are preferred no more, or mail
        // would go round in circles.
        if let ours = entries.filter({ own.contains($0.name) }).map(\.preference).min() {
            entries.removeAll { $0.preference >= ours }
            if entries.isEmpty { return .failure(.loop) }
        }
        let groups = groups(entries)
        return groups.isEmpty ? .failure(.noAddress) : .success(groups)
    }

    /// Each exchange once, where it is preferred most.
    private static func groups(_ entries: [(preference: UInt16, name: DNSName)]) -> [[Exchange]] {
        var exchanges: [Exchange: UInt16] = [:]
        for entry in entries {
            guard let exchange = Exchange(name: entry.name) else { continue }
            exchanges[exchange] = min(exchanges[exchange] ?? .max, entry.preference)
        }
        let ordered = exchanges.sorted { ($0.value, $0.key.text) < ($1.value, $1.key.text) }
        var groups: [[Exchange]] = []
        var last: UInt16?
        for (exchange, preference) in ordered.prefix(SMTPDeliveryLimits.exchangesMax) {
            if preference == last { groups[groups.count - 1].append(exchange) } else { groups.append([exchange]) }
            last = preference
        }
        return groups
    }
}
