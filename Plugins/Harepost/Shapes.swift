import AdapterKit
import Model

/// The bodies of this dialect, as `CONTRACT.md` has them.
enum Shapes {
    static let dialect = DialectDescription(
        title: "Harepost",
        note: "Relays HTTP requests: each is accepted on disk, then delivered to its target with retries.",
        version: "1", failure: failure, failures: [400, 404, 405, 408, 415, 429, 431, 500, 503])

    static let failure = Shape.named(
        "Failure", .object([.required("error", .string), .optional("detail", .string, "More about it.")]))

    // MARK: Sends

    static let send = Shape.named(
        "Send",
        .object([
            .required("target", .url, "An absolute https URL under a domain that the account has verified."),
            .optional("method", .openWords(["POST", "PUT", "PATCH", "DELETE", "GET"]), "POST where it is absent."),
            .optional("headers", .map(of: .string), "Forwarded, but for those of one connection."),
            .optional("body", .oneOf([.string, .map(of: .any), .array(of: .any)]), "Text goes out as its bytes."),
            .optional("delivery", policy),
            .optional("idempotency_key", .string(length: 0...HarepostLimits.idempotencyKeyBytes), "The receiver's."),
            .optional("sign", .boolean),
            .optional("metadata", .map(of: .any), "Kept and shown, never sent."),
        ]))

    /// Numbers out of range move into it, so none is refused.
    private static let policy = Shape.named(
        "DeliveryPolicy",
        .object([
            .optional("max_attempts", .number, "1 to 25, the first included; 5 where it is absent."),
            .optional("backoff", .openWords(["exponential", "fixed"])),
            .optional("base_delay_ms", .number, "100 to 60000; 1000 where it is absent."),
            .optional("max_delay_ms", .number, "1000 to 43200000; 3600000 where it is absent."),
            .optional("jitter", .openWords(["full", "none"])),
            .optional("timeout_ms", .number, "1000 to 30000; 10000 where it is absent."),
            .optional("respect_retry_after", .boolean, "True where it is absent."),
        ]))

    static let accepted = Shape.named(
        "Accepted",
        .object([
            .required("queue_id", queueID), .required("status", .openWords([DeliveryStatus.queued.rawValue])),
            .required("created_at", .instant), .required("idempotency_key", Shape.string.orNull),
        ]))

    // MARK: Deliveries

    static let queueID = Shape.string(prefix: Deliveries.queuePrefix)
    static let status = Shape.openWords(DeliveryStatus.allCases.map(\.rawValue))

    static let delivery = Shape.named(
        "Delivery",
        .object([
            .required("queue_id", queueID), .required("target", .url), .required("method", .string),
            .required("status", status), .required("last_status", Shape.integer.orNull),
            .required("idempotency_key", Shape.string.orNull), .required("created_at", .instant),
            .required("updated_at", .instant), .required("attempts", .array(of: attempt)),
            .optional("metadata", .map(of: .any)),
        ]))

    private static let attempt = Shape.named(
        "Attempt",
        .object([
            .required("attempt", .integer(in: 1...Int.max), "From 1."),
            .required("outcome", status, "The status that it led to."),
            .required("http_status", Shape.integer.orNull), .required("latency_ms", .integer),
            .required("error", Shape.string.orNull), .required("created_at", .instant),
        ]))

    static let deliveries = Shape.named(
        "DeliveryPage",
        .object([
            .required("data", .array(of: listed)),
            .required("next_cursor", Shape.string.orNull, "Opaque; null on the last page."),
        ]))

    private static let listed = Shape.named(
        "ListedDelivery",
        .object([
            .required("queue_id", queueID), .required("target", .url), .required("method", .string),
            .required("status", status), .required("attempts", .integer(in: 0...Int.max), "Their number."),
            .required("last_status", Shape.integer.orNull), .required("idempotency_key", Shape.string.orNull),
            .required("created_at", .instant), .required("updated_at", .instant),
            .optional("metadata", .map(of: .any)),
        ]))

    // MARK: Domains

    static let domainRequest = Shape.named("DomainRequest", .object([.required("domain", .string)]))

    static let verified = Shape.named(
        "VerifiedDomain",
        .object([
            .required("domain", .string), .required("status", .words(["verified"])),
            .required("verified_at", .instant),
        ]))

    static let pending = Shape.named(
        "PendingDomain",
        .object([
            .required("domain", .string), .required("status", .words(["pending"])),
            .optional("record", record, "To be published in the DNS."),
        ]))

    private static let record = Shape.named(
        "Record",
        .object([
            .required("type", .openWords(["TXT"])), .required("name", .string), .required("value", .string),
        ]))

    /// The record was not found; the domain is told before the failure.
    static let unproven = Shape.named(
        "UnprovenDomain",
        .object([
            .required("domain", .string), .required("status", .words(["pending"])), .required("error", .string),
            .optional("detail", .string),
        ]))

    static let domains = Shape.named(
        "DomainList",
        .object([
            .required(
                "data",
                .array(
                    of: .named(
                        "Domain",
                        .object([
                            .required("domain", .string), .required("status", .openWords(["pending", "verified"])),
                            .required("created_at", .instant), .required("verified_at", Shape.instant.orNull),
                        ]))))
        ]))

    static let removed = Shape.named(
        "RemovedDomain", .object([.required("domain", .string), .required("deleted", .boolean)]))

    // MARK: Accounts

    static let signUp = Shape.named("SignUp", .object([.required("email", .email)]))

    static let account = Shape.named(
        "Account",
        .object([
            .required("account_id", .string(prefix: Accounts.idPrefix)), .required("api_key", .string),
            .required("signing_secret", .string), .required("created_at", .instant),
        ]))

    static let signingSecret = Shape.named("SigningSecret", .object([.required("signing_secret", .string)]))
}
