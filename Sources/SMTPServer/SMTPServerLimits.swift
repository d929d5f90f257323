/// The limits of the SMTP server itself; those of the wire are `SMTPWire.SMTPLimits`,
/// those of every shard `ServingLimits`.
package enum SMTPServerLimits {
    /// Capacity that a connection keeps for its output while it waits.
    static let outputKeptBytes = 16 * 1024
    /// Unsent bytes of replies beyond which nothing more is read from a client.
    static let unsentBytesMax = 64 * 1024
    /// Connections of one client address, over all shards and listeners. Trusted networks have no such limit.
    package static let connectionsPerAddress = 100
    /// Bytes of content that all shards hold while it arrives; a message beyond that is told to come back.
    static let contentBytes = 256 * 1024 * 1024
    /// The same of messages from strangers, as an mx listener takes them: in all, and of one network of 24 or 48 bits,
    /// which has room for the largest one and a little.
    static let strangersContentBytes = 48 * 1024 * 1024
    static let networkContentBytes = 28 * 1024 * 1024
    /// Content up to this size is not counted against the sums above.
    static let uncountedContentBytes = 64 * 1024

    /// On a port that takes TLS and clear text alike: how long to wait for a ClientHello before the greeting.
    static let helloWait: Duration = .milliseconds(200)
    /// RFC 5321 §4.5.3.2.7: at least five minutes.
    static let idleTimeout: Duration = .seconds(300)
    /// From the first byte of a command to its end.
    static let commandTimeout: Duration = .seconds(60)
    /// For each line of an AUTH exchange.
    static let authenticationTimeout: Duration = .seconds(60)
    /// From the reply to DATA, or the first chunk, to the end of a message, however much comes.
    static let contentTimeout: Duration = .seconds(3600)
    /// In each such piece of time content has to grow by so many octets: a burst at its beginning buys no silence.
    static let contentWindow: Duration = .seconds(30)
    static let contentWindowOctets = 3000
    /// How long a client has to take our last words and to end its side.
    static let closingTimeout: Duration = .seconds(5)
}
