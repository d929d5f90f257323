public import Base
import Synchronization

/// How many connections all shards may have together, one client address and one client network. Any thread.
///
/// Clients of this machine, and of networks that the operator names, count against the whole alone: a proxy's address
/// stands for many, and those whom it forwards count instead (`seat(forwarded:)`).
public final class ConnectionBudget: Sendable {
    /// Whether there is room for one more connection.
    enum Verdict {
        case taken
        /// Not before another one goes.
        case full
        /// Its address or its network has as many as it may.
        case tooManyAlike
    }

    private struct State {
        var count = 0
        var byNetwork: [IPNetwork: Int] = [:]
    }

    private let limit: Int
    private let exempt: [IPNetwork]
    private let state = Mutex(State())

    /// `limit`: connections in all. `exempt`: networks whose clients are not counted one by one.
    public init(limit: Int, exempt: [IPNetwork] = []) {
        self.limit = limit
        self.exempt = exempt + ClientNetwork.loopback
    }

    /// The connections that a process with so many descriptors may have: some are kept back for storage, deliveries,
    /// the operator's own listeners and look-ups.
    public static func connections(descriptors: Int) -> Int {
        let range = ServingLimits.descriptorsKept
        return descriptors - min(max(descriptors / 4, range.lowerBound), range.upperBound)
    }

    func take(_ address: IPAddress?) -> Verdict {
        let networks = networks(of: address)
        return state.withLock { state in
            for (network, most) in networks where state.byNetwork[network, default: 0] >= most { return .tooManyAlike }
            guard state.count < limit else { return .full }
            state.count += 1
            for (network, _) in networks { state.byNetwork[network, default: 0] += 1 }
            return .taken
        }
    }

    func give(_ address: IPAddress?) {
        let networks = networks(of: address)
        state.withLock { state in
            state.count -= 1
            Self.leave(networks, &state)
        }
    }

    /// A place of a client that came through a proxy, for as long as the proxy asks for it: counted with its address's
    /// and its network's own connections, but against no room, as the proxy's connection is there already. nil: its
    /// address or its network has as many as it may.
    public func seat(forwarded client: IPAddress) -> ForwardedSeat? {
        let networks = networks(of: client)
        let isAdmitted = state.withLock { state in
            for (network, most) in networks where state.byNetwork[network, default: 0] >= most { return false }
            for (network, _) in networks { state.byNetwork[network, default: 0] += 1 }
            return true
        }
        return isAdmitted ? ForwardedSeat(self, client) : nil
    }

    fileprivate func leave(_ client: IPAddress) {
        let networks = networks(of: client)
        state.withLock { Self.leave(networks, &$0) }
    }

    private static func leave(_ networks: [(IPNetwork, Int)], _ state: inout State) {
        for (network, _) in networks {
            let left = state.byNetwork[network, default: 1] - 1
            state.byNetwork[network] = left > 0 ? left : nil
        }
    }

    private func networks(of address: IPAddress?) -> [(IPNetwork, Int)] {
        guard let address, !exempt.contains(where: { $0.contains(address) }) else { return [] }
        return [
            (ClientNetwork.own(address), ServingLimits.connectionsPerAddress),
            (ClientNetwork.neighbours(address), ServingLimits.connectionsPerNetwork),
        ]
    }
}

/// The networks that one client may have addresses of.
public enum ClientNetwork {
    /// Of one client: an IPv4 address, an IPv6 network of 64 bits.
    public static func own(_ address: IPAddress) -> IPNetwork { network(address, v4: 32, v6: 64) }

    /// Of one provider's customer, or of a few neighbours.
    public static func neighbours(_ address: IPAddress) -> IPNetwork { network(address, v4: 24, v6: 48) }

    static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { IPNetwork($0) }

    private static func network(_ address: IPAddress, v4: Int, v6: Int) -> IPNetwork {
        // A length of the family's own is always one.
        IPNetwork(address, prefixLength: address.family == .v4 ? v4 : v6)!
    }
}

/// A connection's place in the budget, given back when its link goes.
final class ConnectionSeat {
    private let budget: ConnectionBudget
    private let address: IPAddress?

    /// `address` was taken.
    init(_ budget: ConnectionBudget, _ address: IPAddress?) {
        self.budget = budget
        self.address = address
    }

    deinit { budget.give(address) }
}

/// A forwarded client's place, given back when nobody holds it any more.
public final class ForwardedSeat {
    private let budget: ConnectionBudget
    private let client: IPAddress

    fileprivate init(_ budget: ConnectionBudget, _ client: IPAddress) {
        self.budget = budget
        self.client = client
    }

    deinit { budget.leave(client) }
}
