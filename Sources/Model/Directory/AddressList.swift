public import Base

/// The client networks that a key may be used from, in canonical form: a bare address is the network of itself alone,
/// host bits are zero, and each network stands once.
public struct AddressList: Sendable, Equatable {
    /// What a dialect allows in a list.
    public struct Rule: Sendable, Equatable {
        /// Networks, counted after duplicates are gone.
        public var maximum: Int
        /// Whether a network that holds every address of its family is refused rather than taken as no restriction.
        public var refusesEverything: Bool

        public init(maximum: Int, refusesEverything: Bool) {
            self.maximum = maximum
            self.refusesEverything = refusesEverything
        }
    }

    /// Empty means any.
    public let networks: [IPNetwork]

    /// `networks` in the order given, each once.
    public init(_ networks: [IPNetwork]) {
        var seen: Set<IPNetwork> = []
        self.networks = networks.filter { seen.insert($0).inserted }
    }

    /// Reads addresses and CIDR blocks. `cidr` for the first that is neither or is refused by the rule, `count` for too
    /// many; `field` is the list's name.
    public init(parsing texts: [String], field: String, rule: Rule) throws(KernelFailure) {
        var networks: [IPNetwork] = []
        for text in texts {
            guard let network = IPNetwork(text), !(rule.refusesEverything && network.prefixLength == 0) else {
                throw .invalid(FieldFault(field, .cidr, value: UserData(text)))
            }
            networks.append(network)
        }
        self.init(networks)
        guard self.networks.count <= rule.maximum else {
            throw .invalid(FieldFault(field, .count(minimum: 0, maximum: rule.maximum)))
        }
    }

    /// Whether a client at this address is in one of the networks, if there are any. One on a local socket has no
    /// address, and no network holds it.
    public static func admits(_ address: IPAddress?, to networks: [IPNetwork]) -> Bool {
        if networks.isEmpty { return true }
        guard let address else { return false }
        return networks.contains { $0.contains(address) }
    }

    /// Whether every client that `networks` admit is admitted by `wider` too.
    public static func covers(_ networks: [IPNetwork], by wider: [IPNetwork]) -> Bool {
        if wider.isEmpty { return true }
        return !networks.isEmpty && networks.allSatisfy { network in wider.contains { $0.contains(network) } }
    }
}
