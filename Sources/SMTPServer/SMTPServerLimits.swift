/// The limits of the SMTP server itself; those of the wire are `SMTPWire.SMTPLimits`.
package enum SMTPServerLimits {
    /// Bytes read from a socket at once.
    static let receiveBytes = 64 * 1024
    /// Capacity that a connection keeps for its output while it waits.
    static let outputKeptBytes = 16 * 1024
    /// Unsent bytes of replies beyond which nothing more is read from a client.
    static let unsentBytesMax = 64 * 1024
    /// Connections whose replies wait for the end of the turn at most; then they are written within it.
    static let gatheredConnections = 32
    /// Connections of one shard; more wait in the kernel's queue.
    static let connectionsPerShard = 10_000
    /// Connections of one client address, over all shards and listeners. Trusted networks have no such limit.
    package static let connectionsPerAddress = 100
    /// Bytes of content that one shard holds while it arrives; a message beyond that is told to come back.
    static let contentBytesPerShard = 256 * 1024 * 1024
    /// Content up to this size is not counted against the sum above.
    static let uncountedContentBytes = 64 * 1024

    /// On a port that takes TLS and clear text alike: how long to wait for a ClientHello before the greeting.
    static let helloWait: Duration = .milliseconds(200)
    /// RFC 5321 §4.5.3.2.7: at least five minutes.
    static let idleTimeout: Duration = .seconds(300)
    /// From the first byte of a command to its end.
    static let commandTimeout: Duration = .seconds(60)
    /// How long a TLS handshake may take.
    static let handshakeTimeout: Duration = .seconds(15)
    /// For each line of an AUTH exchange.
    static let authenticationTimeout: Duration = .seconds(60)
    /// From the reply to DATA, or the first chunk, to the end of a message, however much comes.
    static let contentTimeout: Duration = .seconds(3600)
    /// After this long, content has to have come at the rate below; RFC 5321 §4.5.3.2.5 gives a block three minutes.
    static let contentGrace: Duration = .seconds(60)
    /// Octets of content a second, on average, at least.
    static let contentRateMin = 100
    /// How long a client has to take our last words and to end its side.
    static let closingTimeout: Duration = .seconds(5)
    /// How often timeouts are looked for.
    static let sweepInterval: Duration = .seconds(1)
    /// How long a shard stops accepting when the process is out of descriptors.
    static let acceptPause: Duration = .milliseconds(100)
}
