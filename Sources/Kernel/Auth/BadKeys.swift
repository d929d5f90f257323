public import Base

/// How long the refusal of a bad key is put off, by the client's network.
///
/// Each bad key fills a network's bucket by one, and time empties it; what is above a free measure costs a delay that
/// grows with it. A client that sends one wrong key notices nothing, one that tries keys is slowed down, and what
/// either is told never changes. Pure: the caller waits.
public struct BadKeys: Sendable {
    /// An IPv6 client has the addresses of a /64 to choose from, so they count together.
    private static let networkBits = 64

    /// By network, when its bucket will be empty. nil: all those that the table has no room for.
    private var emptyAt: [IPNetwork?: Duration] = [:]
    private var nextSweep: Duration = .zero

    public init() {}

    public var networks: Int { emptyAt.count }

    /// Counts a bad key from `address` at the monotonic time `now`; how long its refusal is to be put off.
    public mutating func delay(for address: IPAddress?, at now: Duration) -> Duration {
        let network = network(of: address, now)
        let limit = now + KernelLimits.badKeyInterval * KernelLimits.badKeysCounted
        let full = min(max(emptyAt[network] ?? now, now) + KernelLimits.badKeyInterval, limit)
        emptyAt[network] = full
        let backlog = (full - now) / KernelLimits.badKeyInterval
        let excess = backlog - Double(KernelLimits.badKeysFree)
        return excess > 0 ? min(KernelLimits.badKeyDelayStep * excess, KernelLimits.badKeyDelayMax) : .zero
    }

    /// Where the client is counted: its own bucket if it has one or there is room for one.
    private mutating func network(of address: IPAddress?, _ now: Duration) -> IPNetwork? {
        guard let address else { return nil }
        let network = IPNetwork(address, prefixLength: address.family == .v4 ? 32 : Self.networkBits)
        if emptyAt[network] != nil { return network }
        if emptyAt.count >= KernelLimits.badKeyNetworks { sweep(now) }
        return emptyAt.count < KernelLimits.badKeyNetworks ? network : nil
    }

    /// Drops empty buckets, but not with every request of a flood.
    private mutating func sweep(_ now: Duration) {
        guard now >= nextSweep else { return }
        emptyAt = emptyAt.filter { $1 > now }
        nextSweep = now + KernelLimits.badKeyInterval
    }
}
