/// The limits that every shard has, whatever it speaks.
public enum ServingLimits {
    /// Bytes read from a socket at once.
    public static let receiveBytes = 64 * 1024
    /// Connections whose output waits for the end of the turn at most; then they are written within it.
    static let gatheredConnections = 32
    /// Connections of one shard and protocol; more wait in the kernel's queue.
    static let connectionsPerShard = 10_000
    /// Connections of one client address over all shards and listeners, an IPv6 one standing for its network of 64
    /// bits; and of its network of 24 or 48 bits.
    static let connectionsPerAddress = 1000
    static let connectionsPerNetwork = 4000
    /// Descriptors that connections of clients leave free: a quarter, within these bounds.
    static let descriptorsKept = 64...4096
    /// Idle connections of strangers that are closed at once where there is no room for another connection.
    static let strangersClosed = 32
    /// How often it is told that connections were refused, or that accepting rests.
    static let refusalsInterval: Duration = .seconds(60)
    /// How long a TLS handshake may take.
    public static let handshakeTimeout: Duration = .seconds(15)
    /// Into so many steps the window of a least rate is cut; it slides by one.
    static let rateSteps = 6
    /// How often timeouts are looked for.
    static let sweepInterval: Duration = .seconds(1)
    /// How long a shard stops accepting when the process is out of descriptors.
    static let acceptPause: Duration = .milliseconds(100)
}
