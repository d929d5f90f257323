public import Base

/// Where requests of our own may go: the guard that every outbound HTTP connection passes, asked with the address that
/// is about to be connected to, so that no name, spelling or change of DNS gets past it. A plain value.
public struct EgressPolicy: Sendable, Equatable {
    /// Networks that may be reached although they are not public: the operator's exceptions.
    public var allow: [IPNetwork]
    /// The only ports that may be reached; nil: any but `neverHTTP`.
    public var ports: Set<UInt16>?

    public init(allow: [IPNetwork] = [], ports: Set<UInt16>? = nil) {
        self.allow = allow
        self.ports = ports
    }

    public func admits(_ address: IPAddress, port: UInt16) -> Bool { admits(port: port) && admits(address) }

    public func admits(_ address: IPAddress) -> Bool {
        address.isGloballyReachable || allow.contains { $0.contains(address) }
    }

    public func admits(port: UInt16) -> Bool { ports?.contains(port) ?? !Self.neverHTTP.contains(port) }

    /// Ports of protocols that could take a request's lines for commands: the "bad ports" of the WHATWG Fetch standard,
    /// which browsers refuse, and the usual databases.
    public static let neverHTTP: Set<UInt16> = [
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
        110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530,
        531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 3306,
        3389, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
        11211, 27017,
    ]
}
