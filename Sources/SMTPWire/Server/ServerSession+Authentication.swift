import Base

/// What an authentication exchange waits for.
enum AuthenticationStep: Equatable, Sendable {
    case plain
    case loginName
    case loginPassword(user: [UInt8])
}

extension ServerSession {
    mutating func beginAuthentication(_ name: ArraySlice<UInt8>, _ response: ArraySlice<UInt8>?) {
        guard isExtended else { return fault(badSequence("Say EHLO first")) }
        guard transaction == nil else { return fault(badSequence("Not within a transaction")) }
        guard !configuration.mechanisms.isEmpty else { return fault(CommandFault.notImplemented.reply) }
        guard mayAuthenticate else { return fault(configuration.replies.encryptionRequired) }
        // RFC 4954 §4: once is enough.
        guard !isAuthenticated || isTrusted else { return fault(badSequence("Authenticated already")) }
        let wanted = String(decoding: name, as: UTF8.self).uppercased()
        guard let mechanism = configuration.mechanisms.first(where: { $0.rawValue == wanted }) else {
            return fault(Reply(.parameterNotImplemented, .invalidArguments, "Unknown authentication mechanism"))
        }
        let step: AuthenticationStep = mechanism == .plain ? .plain : .loginName
        guard let response else { return challenge(step) }
        authenticate(response, step, isInitial: true)
    }

    private mutating func challenge(_ step: AuthenticationStep) {
        state = .authenticating(step)
        let text =
            switch step {
            case .plain: ""
            case .loginName: "VXNlcm5hbWU6"  // "Username:"
            case .loginPassword: "UGFzc3dvcmQ6"  // "Password:"
            }
        reply(Reply(.authenticationContinues, nil, text))
    }

    /// A line of the exchange.
    mutating func authenticate(_ line: ArraySlice<UInt8>, _ step: AuthenticationStep) {
        state = .command
        // Each line answers a challenge that has to be read first.
        if hasInput { return refuseEarlyInput() }
        // RFC 4954 §4: the client's way out.
        if line.elementsEqual("*".utf8) {
            return fault(Reply(.parameterSyntaxError, .permanentFailure, "Authentication cancelled"))
        }
        authenticate(line, step, isInitial: false)
    }

    private mutating func authenticate(_ text: ArraySlice<UInt8>, _ step: AuthenticationStep, isInitial: Bool) {
        // RFC 4954 §4: an initial response without octets is written as "=".
        let isEmpty = isInitial && text.elementsEqual("=".utf8)
        guard let response = isEmpty ? [] : Self.decode(text) else {
            return fault(Reply(.parameterSyntaxError, .syntaxError, "The response is no Base64"))
        }
        switch step {
        case .plain:
            guard let credentials = ServerCredentials(plain: response) else {
                return fault(Reply(.parameterSyntaxError, .syntaxError, "The response is not what PLAIN asks for"))
            }
            ask(credentials)
        case .loginName: challenge(.loginPassword(user: response))
        case .loginPassword(let user):
            ask(ServerCredentials(mechanism: .login, user: user, password: response))
        }
    }

    /// Some clients try a password that was refused by every other mechanism too, though RFC 4954 §6 says that 535 is
    /// no reason to: that is one failure, and counted once.
    private mutating func ask(_ credentials: ServerCredentials) {
        var credentials = credentials
        let print = credentials.fingerprint
        credentials.isRepeated = print == refusedLogin
        askedLogin = print
        ask(.credentials(credentials), .credentials)
    }

    /// RFC 4648 §3.3: nothing but the alphabet, so that no line end or space passes.
    private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        text.allSatisfy(ASCII.isVisible) ? Base64.decode(Array(text)) : nil
    }

    mutating func authenticated(_ verdict: ServerVerdict) {
        if verdict.isAccepted {
            isAuthenticated = true
            return reply(verdict.reply)
        }
        if askedLogin == refusedLogin { return fault(verdict.reply) }
        refusedLogin = askedLogin
        failedAuthentications += 1
        guard failedAuthentications >= SMTPLimits.failedAuthenticationsMax else { return fault(verdict.reply) }
        reply(verdict.reply)
        if !isClosed {
            reply(
                Reply(.serviceNotAvailable, .securityFailureForNow, "Too many failed authentications"),
                closing: .errorLimit)
        }
    }
}
