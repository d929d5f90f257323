/// The limits that every shard has, whatever it speaks.
package enum ServingLimits {
    /// Bytes read from a socket at once.
    package static let receiveBytes = 64 * 1024
    /// Connections whose output waits for the end of the turn at most; then they are written within it.
    static let gatheredConnections = 32
    /// Connections of one shard and protocol; more wait in the kernel's queue.
    static let connectionsPerShard = 10_000
    /// How long a TLS handshake may take.
    package static let handshakeTimeout: Duration = .seconds(15)
    /// How often timeouts are looked for.
    static let sweepInterval: Duration = .seconds(1)
    /// How long a shard stops accepting when the process is out of descriptors.
    static let acceptPause: Duration = .milliseconds(100)
}
