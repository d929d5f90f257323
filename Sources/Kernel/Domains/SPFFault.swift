/// Why a receiver can make nothing of a domain's SPF record: a permanent error (RFC 7208 §2.6.7), whoever sends.
enum SPFFault: Sendable, Equatable {
    /// RFC 7208 §4.5
    case severalRecords
    /// RFC 7208 §4.6
    case syntax
    /// RFC 7208 §4.6.4, with those of the records that it leads to.
    case tooManyLookups
    /// A record that it leads to is none, or there are several (RFC 7208 §5.2).
    case broken(String)

    /// RFC 7208 §4.6.4: terms that ask the DNS, in one evaluation.
    static let lookupsMax = 10

    /// For the domain's owner, beside what was seen.
    var sentence: String {
        switch self {
        case .severalRecords: "error: there are several SPF records, and there may be one (RFC 7208 section 4.5)"
        case .syntax: "error: this SPF record has a syntax error, so that receivers ignore it (RFC 7208 section 4.6)"
        case .tooManyLookups:
            "error: this SPF record takes more than \(Self.lookupsMax) look-ups (RFC 7208 section 4.6.4)"
        case .broken(let name): "error: the SPF record of \(name), which this one includes, cannot be evaluated"
        }
    }
}
