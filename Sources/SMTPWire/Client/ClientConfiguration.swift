/// What one client session is told at its start.
package struct ClientConfiguration: Hashable, Sendable {
    package var name: HeloName
    package var tls: TLSPolicy
    /// Given for a smarthost: without a successful AUTH no transaction begins.
    package var credentials: Credentials?
    /// Whether PLAIN and LOGIN may be used outside TLS, where anyone on the way reads the password.
    package var allowsPlaintextAuthentication: Bool
    package var timeouts: ClientTimeouts
    /// After this many transactions the session gives up the connection.
    package var transactionsMax: Int

    package init(
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
