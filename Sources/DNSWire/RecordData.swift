public import Base

/// What a resource record says, by its type (RFC 1035 §3.3).
public enum RecordData: Hashable, Sendable {
    case a(IPAddress)
    case aaaa(IPAddress)
    case cname(DNSName)
    case ns(DNSName)
    case ptr(DNSName)
    case mx(preference: UInt16, exchange: DNSName)
    /// One or more strings of at most 255 bytes each.
    case txt([[UInt8]])
    case soa(StartOfAuthority)
    /// A type that nobody here asks for.
    case other
}

/// The record at the top of a zone, as far as a resolver needs it (RFC 1035 §3.3.13).
public struct StartOfAuthority: Hashable, Sendable {
    public var primary: DNSName
    public var mailbox: DNSName
    public var serial: UInt32
    /// How long it may be remembered that something is not there, in seconds (RFC 2308 §4).
    public var minimumSeconds: UInt32
}

extension RecordData {
    /// Of an A or AAAA record; nil for other types.
    public var address: IPAddress? {
        switch self {
        case .a(let address), .aaaa(let address): address
        default: nil
        }
    }

    /// The strings of a TXT record in one piece, as everything that is built on TXT reads them (RFC 7208 §3.3,
    /// RFC 6376 §3.6.2.2); nil for other types.
    public var joinedText: [UInt8]? {
        guard case .txt(let strings) = self else { return nil }
        return Array(strings.joined())
    }
}
