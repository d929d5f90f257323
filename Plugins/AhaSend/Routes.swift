import AdapterKit
import Model

extension AhaSend {
    /// Every route of the contract that is served, in its order.
    static let all = [ping] + keys + domains + messages + account + suppressions + hooks + credentials

    private static let ping = Route(
        .get, "/v2/ping", requirement: Requirement(anyOf: []), rateClass: everyRequest,
        bodyLimitBytes: AhaSendLimits.bodyBytes, handler: Accounts.ping
    ).describes("ping", "Tells whether a key is good.", answers: [200: .json(Shapes.success)])

    private static let keys = [
        get("/api-keys", Action.readKeys, APIKeys.list).describes(
            "listAPIKeys", "API keys.", path: inAccount, query: paging,
            answers: [200: .json(Shapes.page("APIKeyPage", of: Shapes.key))]),
        Route(
            .post, "\(base)/api-keys", requirement: Requirement(anyOf: [Action.writeKeys]), rateClass: everyRequest,
            bodyLimitBytes: AhaSendLimits.bodyBytes, accountParameter: 0, idempotency: sealed,
            planner: APIKeys.create
        ).describes(
            "createAPIKey", "Makes an API key.", path: inAccount, request: Shapes.newKey,
            answers: made(Shapes.mintedKey)),
        get("/api-keys/:key_id", Action.readKeys, APIKeys.show).describes(
            "getAPIKey", "An API key.", path: inAccount + [id("key_id")], answers: [200: .json(Shapes.key)]),
        change(.put, "/api-keys/:key_id", Action.writeKeys, APIKeys.update).describes(
            "updateAPIKey", "Changes an API key; what is absent or null stays.", path: inAccount + [id("key_id")],
            request: Shapes.keyChange, answers: [200: .json(Shapes.key), 409: .json(Shapes.failure)]),
        change(.delete, "/api-keys/:key_id", Action.deleteKeys, APIKeys.remove).describes(
            "deleteAPIKey", "Deletes an API key.", path: inAccount + [id("key_id")], answers: done),
    ]

    private static let domains = [
        get("/domains", Action.readDomains, Domains.list).describes(
            "listDomains", "Domains.", path: inAccount,
            query: paging + [
                RouteDescription.Parameter("dns_valid", .boolean),
                RouteDescription.Parameter("sending_type", Shapes.sendingType),
            ], answers: [200: .json(Shapes.page("DomainPage", of: Shapes.domain))]),
        make("/domains", Action.writeDomains, Domains.create).describes(
            "createDomain", "Adds a domain.", path: inAccount, request: Shapes.newDomain, answers: made(Shapes.domain)),
        get("/domains/:domain", Action.readDomains, Domains.show).describes(
            "getDomain", "A domain with the records that it needs.", path: inAccount,
            answers: [200: .json(Shapes.domain)]),
        change(.put, "/domains/:domain", Action.writeDomains, Domains.update).describes(
            "updateDomain", "Changes a domain; what is absent or null stays.", path: inAccount,
            request: Shapes.domainChange, answers: [200: .json(Shapes.domain)]),
        change(.delete, "/domains/:domain", Action.deleteDomains, domains: .stored, Domains.remove).describes(
            "deleteDomain", "Removes a domain.", path: inAccount, answers: done),
        change(.post, "/domains/:domain/check-dns", Action.writeDomains, Domains.checkDNS).describes(
            "checkDomainDNS", "Looks at a domain's records now.", path: inAccount,
            answers: [200: .json(Shapes.domain)]),
    ]

    private static let messages = [
        get("/messages", Action.readMessages, domains: .narrowed, Messages.list).describes(
            "listMessages", "Messages, the latest first.", path: inAccount,
            query: paging + [
                RouteDescription.Parameter(
                    "status", .string, MessageStatus.allCases.map(\.rawValue).joined(separator: ", ")),
                RouteDescription.Parameter("sender", .email), RouteDescription.Parameter("recipient", .email),
                RouteDescription.Parameter("subject", .string, "A part of it, in any case."),
                RouteDescription.Parameter("message_id_header"),
                RouteDescription.Parameter("tags", .string, "Between commas; one of them is enough."),
            ] + span, answers: [200: .json(Shapes.page("MessagePage", of: Shapes.summary))]),
        send("/messages", Messages.send).describes(
            "createMessage", "Sends a message to each recipient by itself.", path: inAccount,
            request: Shapes.newMessage, answers: made(Shapes.accepted, 202)),
        send("/messages/conversation", Messages.converse).describes(
            "createConversation", "Sends one message that its recipients see each other in.", path: inAccount,
            request: Shapes.newConversation, answers: made(Shapes.accepted, 202)),
        get("/messages/:message_id", Action.readMessages, domains: .stored, Messages.show).describes(
            "getMessage", "A message with its content.", path: inAccount, answers: [200: .json(Shapes.message)]),
        change(.delete, "/messages/:message_id/cancel", Action.cancelMessages, domains: .stored, Messages.cancel)
            .describes(
                "cancelMessage", "Takes a scheduled message back.", path: inAccount, answers: done),
    ]

    private static let account = [
        get("", Action.readAccounts, Accounts.show).describes(
            "getAccount", "The account.", path: inAccount, answers: [200: .json(Shapes.account)])
    ]

    private static let suppressions = [
        get("/suppressions", Action.readSuppressions, Suppressions.list).describes(
            "listSuppressions", "Addresses that get no mail.", path: inAccount,
            query: paging + [
                RouteDescription.Parameter("domain"), RouteDescription.Parameter("email", .email),
                RouteDescription.Parameter("from_date", .instant, "As from_time."),
                RouteDescription.Parameter("to_date", .instant, "As to_time."),
            ] + span, answers: [200: .json(Shapes.page("SuppressionPage", of: Shapes.suppression))]),
        make("/suppressions", Action.writeSuppressions, Suppressions.create).describes(
            "createSuppression", "Suppresses an address for a domain, or for each of them.", path: inAccount,
            request: Shapes.newSuppression,
            answers: made(Shapes.whole("CreatedSuppressions", of: Shapes.suppression))),
        change(.delete, "/suppressions", Action.deleteSuppressions, Suppressions.remove).describes(
            "deleteSuppression", "Lets an address have mail again.", path: inAccount,
            query: [
                RouteDescription.Parameter("email", .email, isRequired: true), RouteDescription.Parameter("domain"),
            ], answers: done),
        change(.delete, "/suppressions/all", Action.wipeSuppressions, Suppressions.wipe).describes(
            "deleteAllSuppressions", "Lets all addresses have mail again, but for those who did not want it.",
            path: inAccount, query: [RouteDescription.Parameter("domain")], answers: done),
    ]

    private static let hooks = [
        get("/webhooks", Action.readWebhooks, domains: .narrowed, Webhooks.list).describes(
            "listWebhooks", "Webhooks.", path: inAccount,
            query: paging + [RouteDescription.Parameter("enabled", .boolean)]
                + Trigger.allCases.map { RouteDescription.Parameter($0.rawValue, .boolean) },
            answers: [200: .json(Shapes.page("WebhookPage", of: Shapes.webhook))]),
        make("/webhooks", Action.writeWebhooks, domains: .body("domains"), Webhooks.create).describes(
            "createWebhook", "Makes a webhook.", path: inAccount, request: Shapes.newWebhook,
            answers: made(Shapes.mintedWebhook)),
        get("/webhooks/:webhook_id", Action.readWebhooks, domains: .stored, any: true, Webhooks.show).describes(
            "getWebhook", "A webhook.", path: inAccount + [id("webhook_id")], answers: [200: .json(Shapes.webhook)]),
        change(.put, "/webhooks/:webhook_id", Action.writeWebhooks, domains: .stored, any: true, Webhooks.update)
            .describes(
                "updateWebhook", "Changes a webhook; what is absent or null stays.",
                path: inAccount + [id("webhook_id")], request: Shapes.webhookChange,
                answers: [200: .json(Shapes.webhook)]),
        change(.delete, "/webhooks/:webhook_id", Action.deleteWebhooks, domains: .stored, any: true, Webhooks.remove)
            .describes(
                "deleteWebhook", "Deletes a webhook.", path: inAccount + [id("webhook_id")], answers: done),
    ]

    private static let credentials = [
        get("/smtp-credentials", Action.readCredentials, domains: .narrowed, Credentials.list).describes(
            "listSMTPCredentials", "Users of the relay.", path: inAccount, query: paging,
            answers: [200: .json(Shapes.page("SMTPCredentialPage", of: Shapes.credential))]),
        make("/smtp-credentials", Action.writeCredentials, domains: .body("domains"), Credentials.create).describes(
            "createSMTPCredential", "Makes a user of the relay.", path: inAccount, request: Shapes.newCredential,
            answers: made(Shapes.mintedCredential)),
        get(
            "/smtp-credentials/:smtp_credential_id", Action.readCredentials, domains: .stored, any: true,
            Credentials.show
        ).describes(
            "getSMTPCredential", "A user of the relay.", path: inAccount + [id("smtp_credential_id")],
            answers: [200: .json(Shapes.credential)]),
        change(
            .delete, "/smtp-credentials/:smtp_credential_id", Action.deleteCredentials, domains: .stored, any: true,
            Credentials.remove
        ).describes(
            "deleteSMTPCredential", "Removes a user of the relay.", path: inAccount + [id("smtp_credential_id")],
            answers: done),
    ]

    // MARK: Pieces of descriptions

    private static let inAccount = [id("account_id")]

    private static func id(_ name: String) -> RouteDescription.Parameter { RouteDescription.Parameter(name, .uuid) }

    private static let paging = [
        RouteDescription.Parameter("limit", .integer(in: AhaSendLimits.pageSizes), "100 where it is absent."),
        RouteDescription.Parameter("after", .string, "The next_cursor of the page before."),
        RouteDescription.Parameter("before", .string, "The previous_cursor of the page behind."),
        RouteDescription.Parameter("cursor", .string, "As after."),
    ]

    private static let span = [
        RouteDescription.Parameter("from_time", .instant), RouteDescription.Parameter("to_time", .instant),
    ]

    private static let done: [Int: RouteDescription.Body] = [200: .json(Shapes.success)]

    /// What a route answers that keeps its answers: what was made, and what keys can meet.
    private static func made(_ shape: Shape, _ status: Int = 201) -> [Int: RouteDescription.Body] {
        [
            status: .json(shape), 409: .json(Shapes.failure), 412: .json(Shapes.failure),
            422: .json(Shapes.failure),
        ]
    }

    // MARK: Pieces of routes

    private static let base = "/v2/accounts/:account_id"

    private static func requirement(
        _ action: String, _ domains: Requirement.Domains, any: Bool = false
    ) -> Requirement {
        Requirement(anyOf: [action], domains: domains, quantifier: any ? .any : .all)
    }

    private static func get(
        _ path: String, _ action: String, domains: Requirement.Domains = .none, any: Bool = false,
        _ handler: @escaping Route.Handler
    ) -> Route {
        change(.get, path, action, domains: domains, any: any, handler)
    }

    private static func change(
        _ method: Route.Method, _ path: String, _ action: String, domains: Requirement.Domains = .none,
        any: Bool = false, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, base + path, requirement: requirement(action, domains, any: any), rateClass: everyRequest,
            bodyLimitBytes: AhaSendLimits.bodyBytes, accountParameter: 0, handler: handler)
    }

    private static func make(
        _ path: String, _ action: String, domains: Requirement.Domains = .none, _ planner: @escaping Route.Planner
    ) -> Route {
        Route(
            .post, base + path, requirement: requirement(action, domains), rateClass: everyRequest,
            bodyLimitBytes: AhaSendLimits.bodyBytes, accountParameter: 0, idempotency: kept, planner: planner)
    }

    private static func send(_ path: String, _ planner: @escaping Route.Planner) -> Route {
        Route(
            .post, base + path, requirement: requirement(Action.sendMessages, .body("from.email")),
            rateClass: everyRequest, bodyLimitBytes: AhaSendLimits.messageBodyBytes, accountParameter: 0,
            idempotency: kept, planner: planner)
    }

    /// The answer is kept for a day, refusals too, but for those of a key that was used for something else.
    private static let kept = IdempotencyRule(
        sources: [.header("Idempotency-Key")], keyBytesMax: AhaSendLimits.idempotencyKeyBytes,
        lifetime: .ttl(AhaSendLimits.idempotencyLifetime), fingerprint: .exactBytes,
        whenClaimed: .refuse(lease: AhaSendLimits.idempotencyLease), whenDifferent: .refuse,
        stores: .successAndRefusals(except: [401, 422, 429]), replay: .bytes(marker: "Idempotent-Replayed"))

    /// An answer with a secret: sealed, for minutes, and no refusal.
    private static let sealed = IdempotencyRule(
        sources: [.header("Idempotency-Key")], keyBytesMax: AhaSendLimits.idempotencyKeyBytes,
        lifetime: .ttl(AhaSendLimits.idempotencyLease), fingerprint: .exactBytes,
        whenClaimed: .refuse(lease: AhaSendLimits.idempotencyLease), whenDifferent: .refuse,
        stores: .onlySuccessSealed, replay: .bytes(marker: "Idempotent-Replayed"))
}
