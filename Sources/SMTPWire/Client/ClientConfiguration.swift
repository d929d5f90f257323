/// What one client session is told at its start.
public struct ClientConfiguration: Hashable, Sendable {
    public var name: HeloName
    public var tls: TLSPolicy
    /// Given for a smarthost: without a successful AUTH no transaction begins.
    public var credentials: Credentials?
    /// Whether PLAIN and LOGIN may be used outside TLS, where anyone on the way reads the password.
    public var allowsPlaintextAuthentication: Bool
    public var timeouts: ClientTimeouts
    /// After this many transactions the session gives up the connection.
    public var transactionsMax: Int

    public init(
        name: HeloName, tls: TLSPolicy = .opportunistic, credentials: Credentials? = nil,
        allowsPlaintextAuthentication: Bool = false, timeouts: ClientTimeouts = ClientTimeouts(),
        transactionsMax: Int = SMTPLimits.transactionsPerConnectionMax
    ) {
        self.name = name
        self.tls = tls
        self.credentials = credentials
        self.allowsPlaintextAuthentication = allowsPlaintextAuthentication
        self.timeouts = timeouts
        self.transactionsMax = transactionsMax
    }
}
