/// From the greeting to the first idle moment: EHLO, STARTTLS, AUTH.
extension ClientSession {
    mutating func takeGreeting(_ reply: Reply) {
        switch reply.code.severity {
        case .positiveCompletion: send(.ehlo(configuration.name), then: .ehlo)
        case .positiveIntermediate: violate(reply)
        // RFC 5321 §3.1: a server that greets with 554 still waits for QUIT.
        case .transientNegative, .permanentNegative: leave(.greetingRefused(reply))
        }
    }

    mutating func takeEHLO(_ reply: Reply) {
        switch reply.code.severity {
        case .positiveCompletion:
            extensions = EHLOExtensions(reply)
            secure()
        case .positiveIntermediate: violate(reply)
        case .transientNegative: leave(.helloRefused(reply))
        // RFC 5321 §3.2: a server that does not know EHLO is greeted the old way.
        case .permanentNegative: send(.helo(configuration.name), then: .helo)
        }
    }

    mutating func takeHELO(_ reply: Reply) {
        switch reply.code.severity {
        case .positiveCompletion: secure()
        case .positiveIntermediate: violate(reply)
        case .transientNegative, .permanentNegative: leave(.helloRefused(reply))
        }
    }

    mutating func takeStartTLS(_ reply: Reply) {
        switch reply.code.severity {
        case .positiveCompletion:
            // Bytes behind the reply were sent before the handshake, so anyone may have written them.
            guard parser.isEmpty else { return close(.protocolViolation(.clearTextAfterStartTLS)) }
            emit(.startTLS)
            enter(.tlsHandshake)
        case .positiveIntermediate: violate(reply)
        case .transientNegative, .permanentNegative:
            if configuration.tls == .required { leave(.tlsRefused(reply)) } else { authenticate() }
        }
    }

    /// RFC 3207 §4.2: what was learnt in the clear is forgotten, and EHLO begins anew.
    mutating func tlsEstablished() {
        guard state == .tlsHandshake else { return }
        isSecure = true
        extensions = EHLOExtensions()
        parser = ReplyParser()
        send(.ehlo(configuration.name), then: .ehlo)
    }

    mutating func takeAuthentication(_ reply: Reply, responses: [[UInt8]]) {
        switch reply.code.severity {
        case .positiveCompletion: rest()
        case .positiveIntermediate:
            // RFC 4954 §4: each 334 asks for one response. What its text asks for does not matter: the mechanism
            // says what comes when.
            guard reply.code == .authenticationContinues, let response = responses.first else { return violate(reply) }
            dialogue.sayCredentials()
            emit(.send(response + Self.lineEnd))
            enter(.authenticating(responses: Array(responses.dropFirst())))
        case .transientNegative, .permanentNegative:
            // RFC 4954 §4: 504 says that the mechanism is not known, whatever was offered; another may be.
            if reply.code == .parameterNotImplemented, let mechanism {
                mechanismsRefused.insert(mechanism)
                if !extensions.mechanisms.subtracting(mechanismsRefused).isEmpty { return authenticate() }
            }
            leave(.authenticationRefused(reply))
        }
    }

    /// After EHLO or HELO: TLS, where policy and offer say so.
    private mutating func secure() {
        let isWanted = !isSecure && configuration.tls != .never
        if isWanted && extensions.startTLS { return send(.startTLS, then: .startTLS) }
        if isWanted && configuration.tls == .required { return leave(.tlsNotOffered) }
        authenticate()
    }

    private mutating func authenticate() {
        guard let credentials = configuration.credentials else { return rest() }
        guard isSecure || configuration.allowsPlaintextAuthentication else { return leave(.authenticationNeedsTLS) }
        let preferred: [SASLMechanism] = [.plain, .login]
        let offered = extensions.mechanisms.subtracting(mechanismsRefused)
        guard let mechanism = preferred.first(where: offered.contains) else {
            return leave(.authenticationNotOffered)
        }
        authenticate(mechanism, credentials.responses(mechanism))
    }

    private mutating func authenticate(_ mechanism: SASLMechanism, _ responses: [[UInt8]]) {
        self.mechanism = mechanism
        // PLAIN's only response saves a turn when it goes with the command; LOGIN's are each asked for.
        let brief = ClientCommand.authenticate(mechanism, initialResponse: responses.first)
        // RFC 4954 §4: not where the command line would grow beyond its limit.
        if mechanism == .plain && brief.bytes.count <= SMTPLimits.commandLineOctetsMax {
            return send(brief, then: .authenticating(responses: []))
        }
        send(.authenticate(mechanism, initialResponse: nil), then: .authenticating(responses: responses))
    }

    private static let lineEnd = Array("\r\n".utf8)
}
