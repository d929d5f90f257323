package import Base
import DNSWire
package import Ports
package import SMTPWire

/// How mail is delivered to its destinations' own servers. Everything in it was checked when it was made.
package struct DirectConfiguration: Sendable {
    /// How a connection is protected.
    package enum Security: String, Sendable, CaseIterable {
        case never
        /// STARTTLS where it is offered, with any certificate, and in the clear where it fails (RFC 7435).
        case opportunistic
        /// STARTTLS with a trusted certificate for the exchange's name, or no mail is sent.
        case required
    }

    let heloName: HeloName
    /// The names that this server has for others: an exchange of one of them is a loop.
    let ownNames: Set<DNSName>

    /// The port that servers listen at. Another than 25 is for tests and for networks of the operator's own.
    package var port: UInt16 = 25
    package var security = Security.opportunistic
    /// By destination, in lower case, where it is not `security`.
    package var securityByDomain: [String: Security] = [:]
    /// PEM file of the only authorities believed; nil: those of the system.
    package var caFile: String?
    /// The addresses of ours that connections come from, at most one of each family; of a family without one, the
    /// kernel chooses.
    package var sources: [IPAddress] = []
    package var egress = EgressPolicy()
    /// To one provider.
    package var sessions = SMTPDeliveryLimits.sessions
    /// Over all providers.
    package var connections = SMTPDeliveryLimits.connections
    package var parcelsPerSession = SMTPDeliveryLimits.parcelsPerSession
    package var connectTimeout = SMTPDeliveryLimits.connectTimeout
    package var timeouts = ClientTimeouts()

    /// `heloName` is what we call ourselves: a domain or an address literal. `ownNames`: what else others call us.
    package init(heloName: String, ownNames: [String] = []) throws(DirectError) {
        guard let name = HeloName(heloName) else { throw .heloName }
        self.heloName = name
        self.ownNames = Set(([heloName] + ownNames).compactMap { DNSName($0) })
    }

    func source(for address: IPAddress) -> IPAddress? { sources.first { $0.family == address.family } }

    func session(tls: TLSPolicy) -> ClientConfiguration {
        var timeouts = timeouts
        timeouts.overrides.merge([.idle: SMTPDeliveryLimits.foreignIdleLifetime, .quit: SMTPDeliveryLimits.quitTimeout])
        { chosen, _ in chosen }
        return ClientConfiguration(name: heloName, tls: tls, timeouts: timeouts)
    }
}

/// What is wrong with the configuration of direct delivery. Permanent: only the operator can mend it.
package enum DirectError: Error, Hashable, Sendable {
    /// Neither a domain nor an address literal.
    case heloName
    /// The system's certificates, or `caFile`, cannot be read; OpenSSL's reason.
    case trust(reason: String)
}
