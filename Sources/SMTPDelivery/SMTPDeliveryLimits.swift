/// Every bound of this target, with its unit in its name or its comment. Replies and commands are bounded by
/// `SMTPLimits`.
package enum SMTPDeliveryLimits {
    /// Connections to one smarthost, or to the servers of one provider, at the same time.
    package static let sessions = 4
    /// Parcels handed over in one call: what the queue leases to one connection at once.
    package static let parcelsPerSession = 50

    /// For each address of the smarthost. The kernel alone would go on for two minutes (tcp(7), tcp_syn_retries).
    package static let connectTimeout: Duration = .seconds(30)
    /// How long a connection without work is kept. Servers leave after five minutes (RFC 5321 §4.5.3.2.7), many sooner.
    package static let idleLifetime: Duration = .seconds(30)
    /// How long the reply to QUIT is waited for; nothing depends on it.
    package static let quitTimeout: Duration = .seconds(2)
    /// How long a looked-up name is believed. getaddrinfo(3) tells nothing of the records' own lifetimes.
    package static let addressLifetime: Duration = .seconds(60)
    /// After this time a call begins no further transaction: its leases must not run out while it works
    /// (`KernelLimits.leaseDuration` is an hour, and a transaction at its slowest takes half of that).
    package static let callDuration: Duration = .seconds(20 * 60)

    // MARK: Direct delivery

    /// Connections at the same time, over all providers; each holds a file descriptor.
    package static let connections = 500
    /// How long a connection to somebody else's server is kept without work. They have many clients to serve.
    package static let foreignIdleLifetime: Duration = .seconds(5)
    /// Mail exchanges of a destination that count; the least preferred of more are left out.
    package static let exchangesMax = 16
    /// Addresses tried for one connection; RFC 5321 §5.1 asks for two at least.
    static let addressesTried = 8
    /// How long an address that did not answer is tried after the others.
    static let addressRest: Duration = .seconds(60)
    /// How long a host that never answered STARTTLS is not asked for it again, where the policy lets mail go without.
    static let silenceAboutTLS: Duration = .seconds(86_400)
    /// Such addresses remembered.
    static let restingAddresses = 10_000
    /// How long a route is believed without another look, whatever the TTL: a zone that answers differently each time
    /// would send its mail from lane to lane for ever.
    package static let routeLifetime: Duration = .seconds(30)
    /// Destinations whose lane is remembered; beyond that all are found out anew.
    static let destinationsKnown = 100_000
    /// Ways without work that are kept before they are cleared away.
    static let waysKept = 64

    // MARK: MTA-STS

    /// RFC 8461 §3.2: about a year.
    static let policyAgeSecondsMax: Int64 = 31_557_600
    /// RFC 8461 §3.3.
    static let policyBytes = 64 * 1024
    static let policyTimeout: Duration = .seconds(30)
    /// How long a policy that could not be fetched is not asked for again (RFC 8461 §3.3).
    static let policyRetry: Duration = .seconds(300)
    static let policiesKept = 10_000

    /// Taken from a socket at once.
    static let readOctets = 16 * 1024
    /// Content handed to the session at once.
    static let contentPieceOctets = 64 * 1024
    /// Characters of a reply's text that are kept.
    package static let replyTextCharacters = 512
}
