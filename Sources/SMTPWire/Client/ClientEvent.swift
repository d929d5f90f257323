/// What happens to a client session. Events come one at a time, in the order in which they happened.
public enum ClientEvent: Hashable, Sendable {
    /// Bytes from the server, decrypted where TLS is on. Any division into events gives the same actions; only clear
    /// text behind the reply to STARTTLS is found out before or after `.startTLS`, as it comes.
    case received([UInt8])
    /// The handshake asked for by `.startTLS` is complete and its policy satisfied.
    case tlsEstablished
    /// It is not.
    case tlsFailed
    /// Only after `.idle`; on a session that closed or said QUIT meanwhile it fails at once with the reason.
    case begin(Transaction)
    /// The next piece of the content, only after `.wantContent`. `isLast` may come with an empty piece.
    case content([UInt8], isLast: Bool)
    /// Leave politely as soon as no transaction runs.
    case quit
    /// The server or the network ended the connection.
    case connectionClosed
    /// `ClientSession.timeout` ran out since `ClientSession.wait` last changed.
    case timedOut
}
