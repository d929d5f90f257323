/// Why nobody answered a request of ours.
public enum HTTPFailure: UInt8, Sendable, CaseIterable, Error {
    /// The guard refused the address, the port or the form of the URL.
    case blocked = 1
    /// The name does not exist, or has no address.
    case name = 2
    /// Nobody took the connection.
    case connect = 3
    /// No encrypted connection to the one who was meant.
    case tls = 4
    /// Not within the time given.
    case timeout = 5
    /// The connection broke.
    case reset = 6
    /// What came back is not HTTP, or too much of it.
    case protocolError = 7
    /// No name server said whether the name has an address.
    case resolver = 8
    /// It was not sent, for a reason of our own: memory, descriptors, the HTTP engine itself.
    case notSent = 9

    /// For the delivery log: what its reader is told.
    public var sentence: String {
        switch self {
        case .blocked: "address not allowed"
        case .name: "host name not found"
        case .connect: "connection refused or unreachable"
        case .tls: "TLS handshake failed"
        case .timeout: "timed out"
        case .reset: "connection closed before an answer"
        case .protocolError: "invalid HTTP answer"
        case .resolver: "name server did not answer"
        case .notSent: "could not be sent"
        }
    }
}
