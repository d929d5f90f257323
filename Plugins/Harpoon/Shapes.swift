import AdapterKit
import Model

/// The bodies of the vendor's routes, as `CONTRACT.md` has them. The routes by which texts come in speak to forwarders,
/// each in its own way, and are not described.
enum Shapes {
    static let dialect = DialectDescription(
        title: "Harpoon",
        note: "Payments by mobile money to a merchant's own number, noticed and verified.", version: "1",
        failure: failure, failures: [400, 404, 405, 408, 409, 413, 415, 429, 431, 500, 503])

    static let failure = Shape.named(
        "Failure", .object([success, error, .optional("data", .map(of: .any), "Of a reconciliation that failed.")]))

    private static let error = Shape.Member.required(
        "error",
        .object([
            .required("code", .openWords(ErrorCode.allCases.map(\.rawValue))), .required("message", .string),
            .optional("details", .map(of: .any)),
        ]))

    private static let success = Shape.Member.required("success", .boolean)
    private static let meta = Shape.Member.required("meta", .object([.required("request_id", .string)]))

    /// The normal form.
    private static func data(_ shape: Shape, _ more: Shape.Member...) -> Shape {
        .object([success, .required("data", shape)] + more + [meta])
    }

    // MARK: Payments

    private static let money = Shape.text(TextShape())
    private static let reference = Shape.string(prefix: "hpn_trx_")
    private static let state = Shape.openWords(TransactionState.allCases.map(\.rawValue))

    static let initialize = Shape.named(
        "Initialize",
        .object([
            .required("amount", .oneOf([.string, .number]), "In GHS, positive, at most two decimals."),
            .optional("phone_number", .string, "0XXXXXXXXX or +233XXXXXXXXX."),
            .optional("currency", .openWords(["GHS"])), .optional("customer_name", .string),
            .optional("description", .string), .optional("webhook_url", .url, "For secret keys; https."),
            .optional("redirect_url", .url), .optional("idempotency_key", .string),
            .optional("client_reference", .string(length: 1...HarpoonLimits.clientReferenceCharacters)),
            .optional("meta", .map(of: .any), "At most 4 KB."),
            .optional("expires_in_hours", .integer(in: HarpoonLimits.expiryHours), "24 where it is absent."),
            .optional("expected_telco_transaction_id", .string), .optional("expected_payer_phone", .string),
            .optional("send_sms_to_payer", .boolean),
        ]))

    static let initialized = Shape.named(
        "Initialized",
        .object([
            success,
            .required(
                "data",
                .object([
                    .required("reference", reference), .required("hpn_code", .string),
                    .required("public_slug", .string), .required("amount", money),
                    .required("currency", .openWords(["GHS"])), .required("status", state),
                    .required("expires_at", .instant), .required("created_at", .instant),
                    .required("payer_sms_sent", .boolean), .required("checkout_url", .url),
                    .required("client_reference", Shape.string.orNull),
                ])),
            .required(
                "meta",
                .object([
                    .required("request_id", .string), .required("idempotency_key", Shape.string.orNull),
                ])),
        ]))

    private static let amounts: [Shape.Member] = [
        .required("expected_amount", money), .required("actual_amount", money.orNull),
        .required("difference", money.orNull), .required("difference_type", Shape.string.orNull),
        .required("currency", .openWords(["GHS"])),
    ]

    private static let names: [Shape.Member] = [
        .required("reference", reference), .required("hpn_code", .string), .required("status", state),
    ]

    static let transaction = Shape.named(
        "Transaction",
        data(
            .object(
                names + amounts + [
                    .required(
                        "payer",
                        .object([
                            .required("phone_number", Shape.string.orNull), .required("name", Shape.string.orNull),
                        ])),
                    .required(
                        "telco",
                        .object([
                            .required("provider", Shape.string.orNull),
                            .required("transaction_id", Shape.string.orNull),
                            .required("timestamp", Shape.instant.orNull),
                        ])), .required("meta", .map(of: .any)),
                    .required(
                        "timeline",
                        .object([
                            .required("created_at", .instant), .required("pending_at", .instant),
                            .required("processing_at", Shape.instant.orNull),
                            .required("completed_at", Shape.instant.orNull),
                        ])), .required("processing_time_ms", Shape.integer.orNull),
                    .required("client_reference", Shape.string.orNull),
                ])))

    static let transactions = Shape.named(
        "Transactions",
        data(
            .array(
                of: .object(
                    names + amounts + [
                        .required("payer_phone", Shape.string.orNull), .required("payer_name", Shape.string.orNull),
                        .required("created_at", .instant), .required("completed_at", Shape.instant.orNull),
                    ])),
            .required(
                "pagination",
                .object([
                    .required("page", .integer), .required("per_page", .integer), .required("total", .integer),
                    .required("total_pages", .integer), .required("has_next", .boolean),
                    .required("has_prev", .boolean),
                ]))))

    static let transactionQuery = [
        RouteDescription.Parameter("page", .integer(in: 1...HarpoonLimits.pageNumberMax)),
        RouteDescription.Parameter("per_page", .integer(in: HarpoonLimits.page), "50 where it is absent."),
        RouteDescription.Parameter("status", state), RouteDescription.Parameter("phone_number"),
        RouteDescription.Parameter("from", .string, "ISO 8601; a date alone is its midnight."),
        RouteDescription.Parameter("to", .string, "ISO 8601, inclusive."),
    ]

    static let reason = Shape.named("Cancel", .object([.optional("reason", .string)]))

    static let cancelled = Shape.named(
        "Cancelled",
        .object([
            success, .required("reference", reference), .required("status", state), .required("message", .string),
        ]))

    static let reconcile = Shape.named(
        "Reconcile",
        .object([
            .required("transaction_id", .string, "The network's."), .optional("provider", .string),
            .optional("amount", .oneOf([.string, .number])), .optional("notes", .string),
        ]))

    private static let reconciliation = Shape.named(
        "Reconciliation",
        .object([
            .required("reconciliation_id", Shape.string.orNull), .required("status", .string),
            .required("transaction_id", .string), .required("transaction_updated", .boolean),
            .required("new_transaction_status", state.orNull), .required("matched_amount", money.orNull),
            .required("expected_amount", money), .required("difference", money.orNull),
            .required("difference_type", Shape.string.orNull), .required("message", .string),
        ]))

    static let failedReconciliation = Shape.named(
        "FailedReconciliation", .object([success, error, .required("data", reconciliation)]))

    static let reconciled = Shape.named("Reconciled", data(reconciliation))

    static let paymentMethods = Shape.named(
        "PaymentMethods",
        data(
            .array(
                of: .object([
                    .required("provider", .openWords(Provider.allCases.map(\.rawValue))),
                    .required("phone_number", .string), .required("account_name", Shape.string.orNull),
                    .required("is_primary", .boolean),
                ]))))

    // MARK: Webhooks

    private static let events = Shape.array(of: .openWords(TransactionEvent.allCases.map(\.rawValue)))

    static let newWebhook = Shape.named(
        "NewWebhook",
        .object([.required("url", .url), .required("events", events), .optional("description", .string)]))

    static let webhookChange = Shape.named(
        "WebhookChange",
        .object([
            .optional("url", .url), .optional("events", events), .optional("description", .string),
            .optional("is_active", .boolean),
        ]))

    /// The secret is shown this once.
    static let createdWebhook = Shape.named(
        "CreatedWebhook",
        .object([
            success,
            .required(
                "data",
                .object([
                    .required("id", .uuid), .required("url", .url), .required("events", events),
                    .required("secret", .string(prefix: "whsec_")), .required("is_active", .boolean),
                    .required("created_at", .instant),
                ])), .required("message", .string), meta,
        ]))

    private static let endpoint = Shape.named(
        "Webhook",
        .object([
            .required("id", .uuid), .required("url", .url), .required("events", events),
            .required("description", Shape.string.orNull), .required("is_active", .boolean),
            .required("created_at", .instant),
        ]))

    static let webhook = Shape.named("WebhookAnswer", data(endpoint))
    static let webhooks = Shape.named("Webhooks", data(.array(of: endpoint)))
    static let deleted = Shape.named("Deleted", .object([success, .required("deleted", .boolean)]))

    static let tested = Shape.named(
        "Tested",
        .object([
            success, .required("status_code", .integer), .required("response_body", .string),
            .required("message", .string),
        ]))

    // MARK: Secrets and open collections

    static let password = Shape.named("Password", .object([.required("password", .string)]))

    static let revealed = Shape.named(
        "RevealedSecret",
        .object([
            success,
            .required(
                "data", .object([.required("id", .uuid), .required("secret", .string(prefix: "whsec_"))])),
        ]))

    static let newCollectionEndpoint = Shape.named(
        "NewCollectionEndpoint", .object([.required("url", .url), .optional("description", .string)]))

    static let collectionEndpointChange = Shape.named(
        "CollectionEndpointChange",
        .object([
            .optional("url", .url), .optional("description", .string), .optional("is_active", .boolean),
        ]))

    private static let collection = Shape.named(
        "CollectionEndpoint",
        .object([
            .required("id", .uuid), .required("url", .url), .required("description", Shape.string.orNull),
            .required("is_active", .boolean), .required("is_sandbox", .boolean),
            .required("last_success_at", Shape.instant.orNull), .required("last_failure_at", Shape.instant.orNull),
            .required("consecutive_failures", .integer), .required("created_at", .instant),
            .required("updated_at", .instant),
        ]))

    /// The secret stands beside the endpoint, and is shown this once.
    static let createdCollectionEndpoint = Shape.named(
        "CreatedCollectionEndpoint",
        .object([success, .required("data", collection), .required("secret", .string(prefix: "whsec_"))]))

    static let collectionEndpoint = Shape.named("CollectionEndpointAnswer", data(collection))
    static let collectionEndpointOrNull = Shape.named("CollectionEndpointOrNull", data(collection.orNull))

    // MARK: Dead letters

    static let deadLetters = Shape.named(
        "DeadLetters",
        data(
            .array(
                of: .object([
                    .required("id", .uuid), .required("webhook_id", .string(prefix: "whk_")),
                    .required("endpoint_id", Shape.uuid.orNull), .required("event", .string),
                    .required("url", .url), .required("payload", .map(of: .any)), .required("attempts", .integer),
                    .required("last_status_code", Shape.integer.orNull),
                    .required("last_error", Shape.string.orNull), .required("created_at", .instant),
                    .required("replayed_at", Shape.instant.orNull),
                ]))))

    static let deadLetterQuery = [
        RouteDescription.Parameter("limit", .integer(in: HarpoonLimits.deadLetters), "100 where it is absent."),
        RouteDescription.Parameter("include_replayed", .boolean),
    ]

    static let replayed = Shape.named(
        "Replayed", data(.object([.required("id", .uuid), .required("status", .openWords(["queued"]))])))

    static let replayBatch = Shape.named(
        "ReplayBatch", .object([.required("dead_letter_ids", .array(of: .string, count: 1...HarpoonLimits.replays))]))

    static let replayedBatch = Shape.named(
        "ReplayedBatch",
        data(.object([.required("replayed", .integer), .required("failed", .array(of: .string))])))
}
