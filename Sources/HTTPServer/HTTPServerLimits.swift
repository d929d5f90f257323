/// The limits of the HTTP server itself; those of the wire are `HTTPWire.HTTPLimits`.
package enum HTTPServerLimits {
    /// Bytes read from a socket at once.
    static let receiveBytes = 64 * 1024
    /// Bytes of responses to pipelined requests that may gather in one write; then it is sent before more is read.
    static let gatheredOutputBytes = 64 * 1024
    /// Connections whose answers wait for the end of the turn at most; then they are written within it.
    static let gatheredConnections = 32
    /// Connections of one shard; more wait in the kernel's queue.
    static let connectionsPerShard = 10_000
    /// Bytes of bodies that one shard holds while they arrive; a request beyond that is told to come back.
    static let bodyBytesPerShard = 256 * 1024 * 1024
    /// A body up to this size is not counted against the sum above.
    static let uncountedBodyBytes = 64 * 1024
    /// How often timeouts are looked for.
    static let sweepInterval: Duration = .seconds(1)
    /// How long a TLS handshake may take.
    static let handshakeTimeout: Duration = .seconds(15)
    /// How long a shard stops accepting when the process is out of descriptors.
    static let acceptPause: Duration = .milliseconds(100)
    /// How long a client is told to wait when a shard's memory is taken.
    static let retryAfter: Duration = .seconds(1)
}
