/// Every bound of this target, with its unit.
package enum ResolverLimits {
    /// What short names are completed with, at most.
    static let suffixes = 6
    /// How long one server is waited for, over UDP and over TCP each.
    package static let attemptTimeout: Duration = .seconds(3)
    /// How often each server that does not answer is asked.
    package static let rounds = 2
    /// Servers that are asked; resolv.conf(5) has room for three.
    package static let servers = 8
    /// Questions on the wire at one time; more wait their turn. Each has a socket.
    package static let questionsInFlight = 256
    /// Answers kept.
    package static let cachedAnswers = 10_000
    /// Whatever a TTL says, a record that was changed is seen changed a day later.
    static let ttlSecondsMax: UInt32 = 86_400
    /// RFC 2308 §5: one to three hours for a "no".
    static let negativeSecondsMax: UInt32 = 10_800
    /// Bytes read at once. More than a datagram may have (`DNSLimits.datagramBytes`).
    static let readBytes = 8192
    /// Datagrams on one socket that are no answer to its question: somebody is guessing (RFC 5452 §9.2).
    static let forgeriesMax = 100
}
