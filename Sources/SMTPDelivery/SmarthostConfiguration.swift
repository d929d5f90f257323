package import SMTPWire

/// Where mail is handed over, and how. Everything in it was checked when it was made.
package struct SmarthostConfiguration: Sendable {
    /// How the connection is protected.
    package enum Security: String, Sendable, CaseIterable {
        case never
        /// STARTTLS where it is offered, with any certificate, and in the clear where it fails: protection against who
        /// only listens (RFC 7435).
        case opportunistic
        /// STARTTLS with a trusted certificate for the host's name, or no mail is sent.
        case required
        /// As `required`, with TLS from the first byte (RFC 8314 §3.3).
        case implicit
    }

    /// A DNS name, `localhost` or an IP address (IPv6 without brackets).
    package let host: String
    package let port: UInt16
    let heloName: HeloName
    let credentials: Credentials?

    package var security: Security
    /// PEM file of the only authorities believed; nil: those of the system.
    package var caFile: String?
    /// Lets a password through outside TLS: for a smarthost on the same machine or wire.
    package var allowsPlaintextAuthentication = false
    package var sessions = SMTPDeliveryLimits.sessions
    package var parcelsPerSession = SMTPDeliveryLimits.parcelsPerSession
    package var connectTimeout = SMTPDeliveryLimits.connectTimeout
    /// Those of each phase. Where `idle` and `quit` are not overridden, `SMTPDeliveryLimits` has their values.
    package var timeouts = ClientTimeouts()

    /// `heloName` is what we call ourselves: a domain or an address literal. `login` is a user name and password.
    package init(
        host: String, port: UInt16, heloName: String, security: Security = .opportunistic,
        login: (user: String, password: String)? = nil
    ) throws(SmarthostError) {
        guard !host.isEmpty, !host.utf8.contains(0) else { throw .host }
        guard let name = HeloName(heloName) else { throw .heloName }
        self.host = host
        self.port = port
        self.heloName = name
        self.security = security
        credentials = try login.map { login throws(SmarthostError) in
            guard let credentials = Credentials(user: login.user, password: login.password) else { throw .login }
            return credentials
        }
    }

    /// `host:port`, as attempts report it.
    package var hostAndPort: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var tlsPolicy: TLSPolicy {
        switch security {
        case .never: .never
        case .opportunistic: .opportunistic
        case .required: .required
        case .implicit: .implicit
        }
    }

    /// What a session is told, under a policy that may be milder than the configured one.
    func session(tls: TLSPolicy) -> ClientConfiguration {
        var timeouts = timeouts
        timeouts.overrides.merge([.idle: SMTPDeliveryLimits.idleLifetime, .quit: SMTPDeliveryLimits.quitTimeout]) {
            chosen, _ in chosen
        }
        return ClientConfiguration(
            name: heloName, tls: tls, credentials: credentials,
            allowsPlaintextAuthentication: allowsPlaintextAuthentication, timeouts: timeouts)
    }
}

/// What is wrong with a smarthost's configuration. Permanent: only the operator can mend it.
package enum SmarthostError: Error, Hashable, Sendable {
    case host
    /// Neither a domain nor an address literal.
    case heloName
    /// A part is empty, holds NUL or is too long.
    case login
    /// The system's certificates, or `caFile`, cannot be read; OpenSSL's reason.
    case trust(reason: String)
}
