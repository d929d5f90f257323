import AdapterKit
import Base
import Model

/// The bodies of this dialect, as `CONTRACT.md` has them. `Shapes+Messages` has those of messages.
enum Shapes {
    static let dialect = DialectDescription(
        title: "AhaSend",
        note: "Sends email over HTTP, each recipient a message of its own, and tells what becomes of it.",
        version: "2", failure: failure,
        failures: [
            ErrorStatus.badRequest, .notFound, .methodNotAllowed, .requestTimeout, .contentTooLarge,
            .unsupportedMediaType, .tooManyRequests, .headTooLarge, .internalError, .unavailable,
        ].map(\.rawValue))

    static let failure = Shape.named("ErrorResponse", sentence)
    static let success = Shape.named("SuccessResponse", sentence)
    private static let sentence = Shape.object([.required("message", .string)])

    // MARK: Lists

    /// A page of a list, under a name of its own.
    static func page(_ name: String, of shape: Shape) -> Shape {
        .named(
            name,
            .object([
                object("list"), .required("data", .array(of: shape)), .required("pagination", pagination),
            ]))
    }

    /// All there is, under a name of its own.
    static func whole(_ name: String, of shape: Shape) -> Shape {
        .named(name, .object([object("list"), .required("data", .array(of: shape))]))
    }

    private static let pagination = Shape.named(
        "Pagination",
        .object([
            .required("has_more", .boolean, "There are items after the last one of this page."),
            .optional("next_cursor", .string, "For `after`."),
            .optional("previous_cursor", .string, "For `before`."),
        ]))

    /// The member that says what an object is.
    static func object(_ name: String) -> Shape.Member { .required("object", .words([name])) }

    static let times: [Shape.Member] = [.required("created_at", .instant), .required("updated_at", .instant)]

    static let name = Shape.string(length: 1...AhaSendLimits.nameCharacters)

    // MARK: Account

    static let account = Shape.named(
        "Account",
        .object(
            [object("account"), .required("id", .uuid), .required("parent_account_id", Shape.uuid.orNull)] + times + [
                .required("name", .string), .required("website", .string), .required("about", .string),
                .required("track_opens", .boolean), .required("track_clicks", .boolean),
                .required("reject_bad_recipients", .boolean), .required("reject_mistyped_recipients", .boolean),
                .required("message_metadata_retention", .integer, "In days."),
                .required("message_data_retention", .integer, "In days."), .required("owner_id", .uuid),
            ]))

    // MARK: Keys

    static let newKey = Shape.named(
        "CreateAPIKeyRequest",
        .object([
            .required("label", name), .required("scopes", scopes), .optional("ip_allow_list", networks.orNull),
        ]))

    static let keyChange = Shape.named(
        "UpdateAPIKeyRequest",
        .object([
            .optional("label", name.orNull), .optional("scopes", scopes.orNull),
            .optional("ip_allow_list", networks.orNull),
        ]))

    private static let scopes = Shape.array(of: .string, count: 1...AhaSendLimits.scopes)
    private static let networks = Shape.array(of: .string, count: 0...Int.max)

    static let key = Shape.named("APIKey", .object(keyMembers))
    static let mintedKey = Shape.named(
        "CreatedAPIKey",
        .object(keyMembers + [.required("secret_key", .string(prefix: "aha-sk-"), "Never shown again.")]))

    private static let keyMembers: [Shape.Member] =
        [object("api_key"), .required("id", .uuid)] + times + [
            .required("last_used_at", Shape.instant.orNull), .required("account_id", .uuid),
            .required("label", .string), .required("public_key", .string(prefix: PublicHalf.prefix)),
            .required("scopes", .array(of: scope)), .required("ip_allow_list", .array(of: .string)),
        ]

    private static let scope = Shape.named(
        "APIKeyScope",
        .object(
            [.required("id", .uuid)] + times + [
                .required("api_key_id", .uuid), .required("scope", .string),
                .required("domain_id", Shape.uuid.orNull, "Of a scope for one domain."),
            ]))

    // MARK: Domains

    static let newDomain = Shape.named(
        "CreateDomainRequest",
        .object(
            [.required("domain", .string)] + domainChoice + [
                .optional("dkim_private_key", Shape.string.orNull, "RSA of 1024 bits or more, in PEM.")
            ]))

    static let domainChange = Shape.named("UpdateDomainRequest", .object(domainChoice))

    private static let domainChoice: [Shape.Member] = [
        .optional("tracking_subdomain", Shape.string.orNull), .optional("return_path_subdomain", Shape.string.orNull),
        .optional("subscription_subdomain", Shape.string.orNull, "Not served: empty or null."),
        .optional("media_subdomain", Shape.string.orNull, "Not served: empty or null."),
        .optional("dkim_rotation_interval_days", Shape.integer.orNull, "Not served: null."),
        .optional("dkim_selector", Shape.string.orNull, "Empty: the server's."), .optional("sending_type", sendingType),
    ]

    static let sendingType = Shape.words(DomainSettings.SendingType.allCases.map(\.rawValue))

    static let domain = Shape.named(
        "Domain",
        .object(
            [object("domain"), .required("id", .uuid), .required("account_id", .uuid)] + times + [
                .required("domain", .string), .required("dns_records", .array(of: record)),
                .required("last_dns_check_at", Shape.instant.orNull), .required("dns_valid", .boolean),
                .required("tracking_subdomain", Shape.string.orNull),
                .required("return_path_subdomain", Shape.string.orNull),
                .required("subscription_subdomain", Shape.string.orNull),
                .required("media_subdomain", Shape.string.orNull),
                .required("dkim_rotation_interval_days", Shape.integer.orNull),
                .required("dkim_selector", Shape.string.orNull), .required("rotation_ready", .boolean),
                .required("dsn_recipient", Shape.string.orNull), .required("sending_type", sendingType),
                .required("paused", .boolean), .required("paused_at", Shape.instant.orNull),
                .required("pause_reason", Shape.string.orNull),
            ]))

    private static let record = Shape.named(
        "DNSRecord",
        .object([
            .required("type", .openWords(["TXT", "CNAME", "MX"])), .optional("label", .string),
            .required("host", .string), .required("content", .string), .required("required", .boolean),
            .required("propagated", .boolean),
        ]))

    // MARK: Suppressions

    static let newSuppression = Shape.named(
        "CreateSuppressionRequest",
        .object([
            .required("email", .email), .required("expires_at", .instant),
            .optional("domain", Shape.string.orNull, "All domains where it is absent."),
            .optional("reason", Shape.string(length: 0...AhaSendLimits.nameCharacters).orNull),
        ]))

    static let suppression = Shape.named(
        "Suppression",
        .object([
            object("suppression"), .required("id", .uuid), .required("created_at", .instant),
            .required("email", .email), .required("domain", .string), .required("reason", .string),
            .required("expires_at", .instant),
            .required("protected", .boolean, "The recipient's own wish, which no wiping undoes."),
        ]))

    // MARK: Webhooks

    static let newWebhook = Shape.named(
        "CreateWebhookRequest",
        .object(
            [.required("name", name), .required("url", .url), .required("scope", resourceScope)]
                + webhookChoice))

    static let webhookChange = Shape.named(
        "UpdateWebhookRequest",
        .object(
            [
                .optional("name", name.orNull), .optional("url", Shape.url.orNull),
                .optional("scope", resourceScope.orNull),
            ]
                + webhookChoice))

    private static let webhookChoice: [Shape.Member] =
        [.optional("domains", domains.orNull), .optional("enabled", Shape.boolean.orNull)]
        + Trigger.allCases.map { .optional($0.rawValue, Shape.boolean.orNull, $0.isServed ? nil : "Not served yet.") }

    private static let resourceScope = Shape.words(ResourceScope.allCases.map(\.rawValue))
    private static let domains = Shape.array(of: .string, count: 0...AhaSendLimits.domainsPerResource)

    static let webhook = Shape.named("Webhook", .object(webhookMembers))
    static let mintedWebhook = Shape.named(
        "CreatedWebhook",
        .object(webhookMembers + [.required("secret", .string(prefix: "aha-whsec-"), "Never shown again.")]))

    private static let webhookMembers: [Shape.Member] =
        [object("webhook"), .required("id", .uuid)] + times
        + [.required("name", .string), .required("url", .url), .required("enabled", .boolean)]
        + Trigger.allCases.map { .required($0.rawValue, .boolean) } + [
            .required("scope", resourceScope), .required("domains", .array(of: .string)),
            .required("success_count", .integer), .required("error_count", .integer),
            .required("errors_since_last_success", .integer), .required("last_request_at", Shape.instant.orNull),
        ]

    // MARK: Users of the relay

    static let newCredential = Shape.named(
        "CreateSMTPCredentialRequest",
        .object([
            .required("name", name), .required("scope", resourceScope), .optional("sandbox", Shape.boolean.orNull),
            .optional("domains", domains.orNull),
        ]))

    static let credential = Shape.named("SMTPCredential", .object(credentialMembers))
    static let mintedCredential = Shape.named(
        "CreatedSMTPCredential",
        .object(credentialMembers + [.required("password", .string, "Never shown again.")]))

    private static let credentialMembers: [Shape.Member] =
        [object("credential_smtp"), .required("id", .uuid)] + times + [
            .required("name", .string), .required("username", .string), .required("sandbox", .boolean),
            .required("scope", resourceScope), .required("domains", .array(of: .string)),
        ]
}
