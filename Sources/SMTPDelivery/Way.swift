import SMTPWire

/// How mail gets to one next hop: the smarthost, or the servers that take mail for a destination.
///
/// Its owner's loop only, where `open` comes back.
protocol Way: AnyObject {
    /// Open and without work.
    var pool: ConnectionPool { get }
    /// The servers at its end are the operator's own, so that what they say about us is the operator's to mend.
    var isOwn: Bool { get }

    /// A new connection that is ready for mail. What is tried for it is told in `dialogue`.
    func open(_ dialogue: inout Dialogue) async throws(HopFault) -> Connection

    /// A connection that had been opened is over, and not because we left.
    func report(_ fault: HopFault)
}

/// Why there is no connection, and at which host.
struct HopFault: Error, Sendable {
    let fault: ConnectionFault
    /// `host:port`; nil where no host was known.
    let host: String?
    /// What was tried, as `Dialogue` tells it.
    var dialogue = ""
}
