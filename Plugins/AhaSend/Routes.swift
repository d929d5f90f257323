import AdapterKit
import Model

extension AhaSend {
    /// Every route of the contract that is served, in its order.
    static let all: [Route] = [
        Route(
            .get, "/v2/ping", requirement: Requirement(anyOf: []), rateClass: everyRequest,
            bodyLimitBytes: AhaSendLimits.bodyBytes, handler: Accounts.ping),
        get("/api-keys", Action.readKeys, APIKeys.list),
        Route(
            .post, "\(base)/api-keys", requirement: Requirement(anyOf: [Action.writeKeys]), rateClass: everyRequest,
            bodyLimitBytes: AhaSendLimits.bodyBytes, accountParameter: 0, idempotency: sealed,
            planner: APIKeys.create),
        get("/api-keys/:key_id", Action.readKeys, APIKeys.show),
        change(.put, "/api-keys/:key_id", Action.writeKeys, APIKeys.update),
        change(.delete, "/api-keys/:key_id", Action.deleteKeys, APIKeys.remove),
        get("/domains", Action.readDomains, Domains.list),
        make("/domains", Action.writeDomains, Domains.create),
        get("/domains/:domain", Action.readDomains, Domains.show),
        change(.put, "/domains/:domain", Action.writeDomains, Domains.update),
        change(.delete, "/domains/:domain", Action.deleteDomains, domains: .stored, Domains.remove),
        change(.post, "/domains/:domain/check-dns", Action.writeDomains, Domains.checkDNS),
        get("/messages", Action.readMessages, domains: .narrowed, Messages.list),
        send("/messages", Messages.send),
        send("/messages/conversation", Messages.converse),
        get("/messages/:message_id", Action.readMessages, domains: .stored, Messages.show),
        change(.delete, "/messages/:message_id/cancel", Action.cancelMessages, domains: .stored, Messages.cancel),
        get("", Action.readAccounts, Accounts.show),
        get("/suppressions", Action.readSuppressions, Suppressions.list),
        make("/suppressions", Action.writeSuppressions, Suppressions.create),
        change(.delete, "/suppressions", Action.deleteSuppressions, Suppressions.remove),
        change(.delete, "/suppressions/all", Action.wipeSuppressions, Suppressions.wipe),
        get("/webhooks", Action.readWebhooks, domains: .narrowed, Webhooks.list),
        make("/webhooks", Action.writeWebhooks, domains: .body("domains"), Webhooks.create),
        get("/webhooks/:webhook_id", Action.readWebhooks, domains: .stored, any: true, Webhooks.show),
        change(.put, "/webhooks/:webhook_id", Action.writeWebhooks, domains: .stored, any: true, Webhooks.update),
        change(.delete, "/webhooks/:webhook_id", Action.deleteWebhooks, domains: .stored, any: true, Webhooks.remove),
        get("/smtp-credentials", Action.readCredentials, domains: .narrowed, Credentials.list),
        make("/smtp-credentials", Action.writeCredentials, domains: .body("domains"), Credentials.create),
        get(
            "/smtp-credentials/:smtp_credential_id", Action.readCredentials, domains: .stored, any: true,
            Credentials.show),
        change(
            .delete, "/smtp-credentials/:smtp_credential_id", Action.deleteCredentials, domains: .stored, any: true,
            Credentials.remove),
    ]

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
