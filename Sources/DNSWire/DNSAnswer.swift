/// What a response says about its question, once the aliases in it are followed.
public enum DNSAnswer: Sendable, Equatable {
    /// Records of the type asked for; at least one. `seconds`: how long all that led to them may be kept.
    case records([RecordData], seconds: UInt32)
    /// The name is an alias of one that the response says nothing about: it is to be asked for next.
    case alias(DNSName, seconds: UInt32)
    /// The name exists and has no record of this type. `seconds`: nil where it may not be remembered.
    case noData(seconds: UInt32?)
    /// The name does not exist.
    case nameNotFound(seconds: UInt32?)
    /// Neither an answer nor a "no": the server points elsewhere, or its aliases go round in a circle.
    case useless
}

extension DNSResponse {
    /// Follows the aliases from the question's name through the answer section. Records of names that are not on that
    /// way are not looked at: nobody asked for them (RFC 2181 §5.4.1).
    public func answer(to question: DNSQuestion) -> DNSAnswer {
        var name = question.name
        var seconds = UInt32.max
        for _ in 0...DNSLimits.aliasesMax {
            let here = answers.filter { $0.name == name }
            let found = here.filter { $0.type == question.type }
            if !found.isEmpty {
                return .records(found.map(\.data), seconds: found.map(\.ttlSeconds).min().map { min($0, seconds) } ?? 0)
            }
            guard let (target, ttl) = Self.alias(in: here) else { return ending(question, name, seconds) }
            seconds = min(seconds, ttl)
            name = target
        }
        return .useless
    }

    private static func alias(in records: [ResourceRecord]) -> (DNSName, UInt32)? {
        for record in records {
            if case .cname(let target) = record.data { return (target, record.ttlSeconds) }
        }
        return nil
    }

    /// `name` has no records in the answer section.
    private func ending(_ question: DNSQuestion, _ name: DNSName, _ seconds: UInt32) -> DNSAnswer {
        let negative = negativeSeconds.map { min($0, seconds) }
        // RFC 6604 §3: the code speaks of the last name of the chain.
        if code == .nameError { return .nameNotFound(seconds: negative) }
        if negative == nil {
            if name != question.name { return .alias(name, seconds: seconds) }
            // RFC 2308 §2.2: name servers without an SOA are a referral, and no answer.
            if authorities.contains(where: { $0.type == .ns }) { return .useless }
        }
        return .noData(seconds: negative)
    }

    /// How long it may be kept that something is not there: the lesser of the SOA's own TTL and its minimum field
    /// (RFC 2308 §5). nil without an SOA.
    private var negativeSeconds: UInt32? {
        for record in authorities {
            if case .soa(let authority) = record.data { return min(record.ttlSeconds, authority.minimumSeconds) }
        }
        return nil
    }
}
