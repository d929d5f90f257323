import Base
import Model

/// One or more of every failure, with payloads that tell whether a dialect uses them safely.
enum FailureSamples {
    /// A caller's text that would do harm where it is not escaped.
    static let hostile = UserData("\"}\r\nX-Evil: 1\r\n\r\n<b>\u{0}\u{2028}é")
    /// Words that only the operator may see.
    static let incident = "the-incident-is-for-the-log"

    private static let instant = Instant(seconds: 1_782_894_600)
    private static let window = WindowState(limit: 60, remaining: 0, resetAt: instant, retryAfter: .milliseconds(1500))
    private static let attempt = AttemptResult(classification: .policy, code: 550, text: hostile)
    private static let record = DNSRecord(
        type: "TXT", name: "_dkim.example.com", value: "v=DKIM1", purpose: "dkim", seen: false)

    static let all: [KernelFailure] =
        transport + credentials + limits + content + resources + domains + [
            .internalError(incident: incident), .overloaded(retryAfter: .milliseconds(10)), .storageUnavailable,
            .draining,
        ]

    private static let transport: [KernelFailure] =
        MalformedPart.allCases.map { .malformedRequest($0) } + [
            .requestTimedOut, .headTooLarge(limitBytes: 1), .bodyTooLarge(limitBytes: 1), .codingUnsupported,
            .routeNotFound(method: hostile, path: hostile),
            .methodNotAllowed(method: hostile, path: hostile, allowed: ["GET", "HEAD"]),
            .methodUnknown(method: hostile),
        ]

    private static let credentials: [KernelFailure] = [
        .credentialMissing, .credentialMalformed(.scheme), .credentialMalformed(.form), .credentialUnknown,
        .credentialRevoked(at: instant), .credentialExpired(at: instant), .accountSuspended, .accountMismatch,
        .addressNotAllowed(IPAddress("192.0.2.1")), .addressNotAllowed(nil),
        .wrongCredentialKind(has: .public, needs: [.secret]),
        .scopeMissing(ScopeShortfall(anyOf: ["a", "b"], reported: "a", held: [], method: hostile, path: hostile)),
        .domainNotPermitted(domain: "example.com", action: "send"), .domainNotPermitted(domain: nil, action: nil),
        .credentialContextInvalid,
        .passwordRefused, .encryptionRequired,
    ]

    private static let limits: [KernelFailure] =
        [
            .rateLimited(window), .planLimitReached(.domain, current: 1, maximum: 1, plan: "free"),
            .idempotencyKeyInvalid(limitBytes: 255), .idempotencyInFlight(retryAfter: .seconds(1)),
            .idempotencyMismatch,
            .idempotencyOriginalFailed,
        ]
        + [QuotaState.Period.day, .month, .send, .credit].flatMap { period in
            [QuotaState.Owner.account, .key, .domain("example.com")].map { owner in
                .quotaExceeded(QuotaState(period: period, owner: owner, limit: 10, resetAt: instant))
            }
        }

    private static let content: [KernelFailure] =
        [.bodyMalformed]
        + rules.map { rule in
            .invalid(
                FieldFault("emails[3].to", rule, value: hostile),
                rest: [FieldFault("subject", .missing, location: .query)])
        }

    private static let rules: [FieldFault.Rule] = [
        .missing, .wrongType, .unknownMember, .forbidden(because: "it is set by the server"), .exclusive(with: "html"),
        .requires(other: "text"), .email, .url, .scheme(allowed: ["https"]), .publicAddress, .domainName, .timestamp,
        .future(maximum: .seconds(60)), .timezone, .boolean, .integer, .range(minimum: 1, maximum: 2),
        .length(maximum: 3),
        .count(minimum: 1, maximum: 2), .size(maximum: 3), .decimal, .oneOf(["a", "b"]), .identifier(.message), .cursor,
        .headerName, .headerValue, .base64, .cidr, .scopeName, .eventName, .key, .nothingToChange, .locked,
    ]

    private static let things: [Resource] = [
        .account, .key, .domain, .message, .job, .scheduled, .template, .templateDraft, .templateVersion, .contact,
        .list,
        .segment, .topic, .broadcast, .suppression, .webhook, .delivery, .route, .smtpCredential, .member, .subAccount,
        .record("payment"),
    ]

    private static let resources: [KernelFailure] =
        things.flatMap { thing -> [KernelFailure] in
            [.notFound(thing), .alreadyExists(thing, field: "name"), .busy(thing, retryAfter: .seconds(1))]
                + [Operation.cancel, .reschedule, .edit, .publish, .send, .verify, .remove].flatMap { operation in
                    [ResourceState.idle, .underWay, .ended, .named("EXPIRED")].map {
                        .wrongState(thing, state: $0, operation: operation)
                    }
                }
        } + [
            .selfLockout, .featureDisabled(.signup), .featureDisabled(.faults), .featureDisabled(.inbound),
            .featureDisabled(.unserved), .featureDisabled(.other("x")),
            .checkFailed(.record("payment"), reason: "amount differs", facts: [Fact(name: "amount", value: hostile)]),
            .endpointRefused(attempt),
        ]

    private static let domains: [KernelFailure] =
        [DomainRole.sender, .destination, .managed].flatMap { role -> [KernelFailure] in
            [.domainUnknown(hostile, role: role), .domainUnverified(hostile, role: role)]
        } + [
            .domainPaused(hostile), .domainBanned(hostile), .proofNotFound(domain: hostile, record: record),
            .dnsUnreadable(name: hostile), .templateNotPublished, .templateIncomplete(.sender),
            .templateIncomplete(.senderInvalid), .templateIncomplete(.subject),
            .templateIncomplete(.unrenderable(marker: "{{x}}")),
            .templateVariablesMissing([MissingVariables(recipient: hostile, names: ["x"])]),
            .allRecipientsSuppressed([hostile]), .recipientRejected(hostile, .disposable),
            .recipientRejected(hostile, .mistyped), .messageTooLarge(limitBytes: 1), .messageMalformed,
        ]
}
