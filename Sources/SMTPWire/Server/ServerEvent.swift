/// What happened on the connection.
public enum ServerEvent: Equatable, Sendable {
    /// The greeting is due.
    case opened
    case received([UInt8])
    case tlsEstablished
    case answered(ServerVerdict)
    /// What `phase` waits for took too long.
    case timedOut
    /// There is no memory for more of the content that is arriving.
    case contentUnwanted
    /// The server is about to stop: no new transaction begins.
    case draining
    case connectionClosed
}

/// What a session waits for, which says how long it may take.
public enum ServerPhase: Hashable, Sendable, CaseIterable {
    case greeting
    /// Nothing of the next command has come.
    case idle
    /// A part of a command has come.
    case command
    case tlsHandshake
    case authentication
    case content
    /// Something that this side has to decide.
    case deciding
    case closed

    /// Nothing of a transaction is being taken or decided.
    public var waitsForCommand: Bool {
        switch self {
        case .greeting, .idle, .command, .tlsHandshake, .authentication: true
        case .content, .deciding, .closed: false
        }
    }
}
