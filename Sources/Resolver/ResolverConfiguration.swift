package import Posix

/// Whom to ask, and how long to wait.
package struct ResolverConfiguration: Sendable {
    /// In the order of preference; at most `ResolverLimits.servers` are used.
    package var servers: [SocketAddress]
    package var attemptTimeout = ResolverLimits.attemptTimeout
    package var rounds = ResolverLimits.rounds
    package var cachedAnswers = ResolverLimits.cachedAnswers

    package init(servers: [SocketAddress]) { self.servers = servers }
}
