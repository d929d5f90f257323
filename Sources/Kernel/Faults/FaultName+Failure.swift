import Base
import Model

extension FaultName {
    /// The failure with what it carries by default, but for what the parameters say.
    func failure(_ with: inout FaultParameters, _ facts: FaultFacts) throws(FaultSyntaxError) -> KernelFailure {
        switch self {
        case .malformedRequest: .malformedRequest(try with.word("part", of: MalformedPart.allCases))
        case .requestTimedOut: .requestTimedOut
        case .headTooLarge: .headTooLarge(limitBytes: try with.number("limit", else: 64 << 10))
        case .bodyTooLarge: .bodyTooLarge(limitBytes: try with.number("limit", else: 64 << 10))
        case .codingUnsupported: .codingUnsupported
        case .routeNotFound: .routeNotFound(method: UserData(facts.method), path: UserData(facts.path))
        case .methodNotAllowed:
            .methodNotAllowed(
                method: UserData(facts.method), path: UserData(facts.path),
                allowed: [with.text("allowed", else: "GET")])
        case .methodUnknown: .methodUnknown(method: UserData(facts.method))
        case .credentialMissing, .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired,
            .accountSuspended, .accountMismatch, .addressNotAllowed, .wrongCredentialKind, .scopeMissing,
            .domainNotPermitted, .credentialContextInvalid, .passwordRefused, .encryptionRequired:
            try credentialFailure(&with, facts)
        case .rateLimited, .quotaExceeded, .planLimitReached, .idempotencyKeyInvalid, .idempotencyInFlight,
            .idempotencyMismatch, .idempotencyOriginalFailed:
            try limitFailure(&with, facts)
        case .bodyMalformed, .invalid, .notFound, .alreadyExists, .wrongState, .busy, .selfLockout, .featureDisabled,
            .checkFailed, .endpointRefused:
            try resourceFailure(&with)
        case .domainUnknown, .domainUnverified, .domainPaused, .domainBanned, .proofNotFound, .dnsUnreadable,
            .templateNotPublished, .templateIncomplete, .templateVariablesMissing, .allRecipientsSuppressed,
            .recipientRejected, .messageTooLarge, .messageMalformed:
            try sendingFailure(&with)
        case .internalError: .internalError(incident: "asked for")
        case .overloaded: .overloaded(retryAfter: try with.wait(.seconds(1)))
        case .storageUnavailable: .storageUnavailable
        case .draining: .draining
        }
    }

    private func credentialFailure(
        _ with: inout FaultParameters, _ facts: FaultFacts
    ) throws(FaultSyntaxError) -> KernelFailure {
        switch self {
        case .credentialMalformed: .credentialMalformed(try with.word("fault", of: [CredentialFault.scheme, .form]))
        case .credentialUnknown: .credentialUnknown
        case .credentialRevoked: .credentialRevoked(at: facts.now)
        case .credentialExpired: .credentialExpired(at: facts.now)
        case .accountSuspended: .accountSuspended
        case .accountMismatch: .accountMismatch
        case .addressNotAllowed: .addressNotAllowed(facts.address)
        case .wrongCredentialKind:
            .wrongCredentialKind(
                has: try with.word("kind", of: [AccessKey.Kind.public, .secret, .webToken, .smtp]),
                needs: facts.requirement.kinds)
        case .scopeMissing: .scopeMissing(shortfall(&with, facts))
        case .domainNotPermitted:
            .domainNotPermitted(
                domain: with.text("domain", else: Self.domain), action: facts.requirement.reported)
        case .credentialContextInvalid: .credentialContextInvalid
        case .passwordRefused: .passwordRefused
        case .encryptionRequired: .encryptionRequired
        default: .credentialMissing
        }
    }

    private func shortfall(_ with: inout FaultParameters, _ facts: FaultFacts) -> ScopeShortfall {
        let due = facts.requirement.reported ?? facts.requirement.anyOf.first ?? ""
        let scope = with.text("scope", else: due)
        return ScopeShortfall(
            anyOf: [scope], reported: scope, held: facts.key?.scopes ?? [], method: UserData(facts.method),
            path: UserData(facts.path))
    }

    private func limitFailure(
        _ with: inout FaultParameters, _ facts: FaultFacts
    ) throws(FaultSyntaxError) -> KernelFailure {
        switch self {
        case .rateLimited:
            let wait = try with.wait(.seconds(30))
            return .rateLimited(
                WindowState(
                    limit: try with.number("limit", else: 60), remaining: 0, resetAt: facts.now + wait,
                    retryAfter: wait))
        case .quotaExceeded:
            let domain = with.text("domain", else: "")
            return .quotaExceeded(
                QuotaState(
                    period: try with.word("period", of: [QuotaState.Period.day, .month, .send, .credit]),
                    owner: domain.isEmpty ? .account : .domain(domain), limit: try with.number("limit", else: 1000),
                    resetAt: nil))
        case .planLimitReached:
            let limit = try with.number("limit", else: 1)
            return .planLimitReached(
                try with.resource(else: .domain), current: limit, maximum: limit, plan: with.text("plan", else: "free"))
        case .idempotencyKeyInvalid:
            return .idempotencyKeyInvalid(limitBytes: try with.number("limit", else: KernelLimits.idempotencyKeyBytes))
        case .idempotencyInFlight: return .idempotencyInFlight(retryAfter: try with.wait(.seconds(1)))
        case .idempotencyOriginalFailed: return .idempotencyOriginalFailed
        default: return .idempotencyMismatch
        }
    }

    private func resourceFailure(_ with: inout FaultParameters) throws(FaultSyntaxError) -> KernelFailure {
        switch self {
        case .invalid:
            let locations = [FieldFault.Location.body, .query, .path, .header]
            return .invalid(
                FieldFault(
                    with.text("field", else: "to"), try with.rule(), location: try with.word("location", of: locations),
                    value: with.data("value", else: "by order")))
        case .notFound: return .notFound(try with.resource(else: .message))
        case .alreadyExists:
            return .alreadyExists(try with.resource(else: .domain), field: with.text("field", else: "name"))
        case .wrongState:
            let operations = [Operation.cancel, .reschedule, .edit, .publish, .send, .verify, .remove]
            return .wrongState(
                try with.resource(else: .message), state: with.state(),
                operation: try with.word("operation", of: operations))
        case .busy: return .busy(try with.resource(else: .template), retryAfter: try with.wait(.seconds(1)))
        case .selfLockout: return .selfLockout
        case .featureDisabled:
            return .featureDisabled(try with.word("feature", of: [Feature.signup, .faults, .inbound]))
        case .checkFailed:
            return .checkFailed(
                try with.resource(else: .message), reason: with.text("reason", else: "by order"), facts: [])
        case .endpointRefused:
            return .endpointRefused(
                AttemptResult(
                    classification: .unknown, code: try with.number("code", else: 500), text: UserData("by order")))
        default: return .bodyMalformed
        }
    }

    private func sendingFailure(_ with: inout FaultParameters) throws(FaultSyntaxError) -> KernelFailure {
        let roles = [DomainRole.sender, .destination, .managed]
        switch self {
        case .domainUnknown:
            return .domainUnknown(with.data("domain", else: Self.domain), role: try with.word("role", of: roles))
        case .domainUnverified:
            return .domainUnverified(with.data("domain", else: Self.domain), role: try with.word("role", of: roles))
        case .domainPaused: return .domainPaused(with.data("domain", else: Self.domain))
        case .domainBanned: return .domainBanned(with.data("domain", else: Self.domain))
        case .proofNotFound:
            let domain = with.text("domain", else: Self.domain)
            return .proofNotFound(
                domain: UserData(domain),
                record: DNSRecord(type: "TXT", name: domain, value: "by order", purpose: "dkim", seen: false))
        case .dnsUnreadable: return .dnsUnreadable(name: with.data("domain", else: Self.domain))
        case .templateNotPublished: return .templateNotPublished
        case .templateIncomplete:
            let gaps = [TemplateGap.sender, .senderInvalid, .subject, .unrenderable(marker: "{{name}}")]
            return .templateIncomplete(try with.word("gap", of: gaps))
        case .templateVariablesMissing:
            return .templateVariablesMissing([
                MissingVariables(
                    recipient: with.data("recipient", else: Self.recipient),
                    names: [with.text("variable", else: "name")])
            ])
        case .allRecipientsSuppressed: return .allRecipientsSuppressed([with.data("recipient", else: Self.recipient)])
        case .recipientRejected:
            return .recipientRejected(
                with.data("recipient", else: Self.recipient),
                try with.word("reason", of: [RejectReason.disposable, .mistyped]))
        case .messageTooLarge: return .messageTooLarge(limitBytes: try with.number("limit", else: 25 << 20))
        default: return .messageMalformed
        }
    }

    private static let domain = "example.com"
    private static let recipient = "ann@example.net"
}

extension FaultParameters {
    fileprivate mutating func wait(_ fallback: Duration) throws(FaultSyntaxError) -> Duration {
        try duration("retryAfter", else: fallback, maximum: .seconds(86_400))
    }
}
