extension IPAddress {
    /// Whether the address names one machine of the public Internet. False for every block of the IANA special-purpose
    /// registries (RFC 6890), for multicast, for what is not allocated, and for every form that carries an IPv4 address
    /// inside and could smuggle a private one past a rule: 6to4 (RFC 3056) and Teredo (RFC 4380) whatever they carry,
    /// NAT64 (RFC 6052) by the address it carries. An IPv4-mapped address is an IPv4 address here.
    ///
    /// A few special blocks are reachable by their registry (AS112, AMT). They are sinks of the Internet's own
    /// machinery, no place for a request, and count as not reachable.
    public var isGloballyReachable: Bool {
        switch family {
        case .v4: return !Self.specialV4.contains { $0.contains(self) }
        case .v6:
            if let carried = addressBehindNAT64 { return carried.isGloballyReachable }
            return Self.globalUnicast.contains { $0.contains(self) } && !Self.specialV6.contains { $0.contains(self) }
        }
    }

    /// Whether the address is this machine's own and nobody else can reach it (RFC 6890).
    public var isLoopback: Bool {
        switch family {
        case .v4: low >> 24 == 127
        case .v6: high == 0 && low == 1
        }
    }

    /// Stands for every address of the machine where a socket is bound to it (RFC 6890, RFC 4291 §2.5.2).
    public var isUnspecified: Bool { high == 0 && low == 0 }

    /// RFC 6052 §2.1: the well-known prefix, with the IPv4 address in the last 32 bits.
    private var addressBehindNAT64: IPAddress? {
        high == 0x0064_FF9B_0000_0000 && low >> 32 == 0 ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : nil
    }

    /// The IPv4 registry, multicast (RFC 5771) and the reserved last sixteenth (RFC 1112 §4).
    static let specialV4 = networks([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ])

    /// RFC 4291 §2.4, and IANA: all that was ever allocated is in this eighth, so everything outside is refused, the
    /// loopback, link-local, unique local and multicast blocks among it.
    static let globalUnicast = networks(["2000::/3"])

    /// What the IPv6 registry takes out of it: protocol assignments with Teredo, benchmarking and ORCHID,
    /// documentation, 6to4, AS112, the former 6bone, documentation again (RFC 9637).
    static let specialV6 = networks([
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20",
    ])

    private static func networks(_ texts: [String]) -> [IPNetwork] { texts.compactMap { IPNetwork($0) } }
}
