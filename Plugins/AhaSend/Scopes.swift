import Model

/// What keys of this dialect may be allowed. Actions on messages, webhooks and their like are granted for all domains
/// or for one, with literal braces: `messages:send:{example.com}`.
enum Action {
    static let everything = "*"

    // For all domains or for one:
    static let sendMessages = "messages:send"
    static let cancelMessages = "messages:cancel"
    static let readMessages = "messages:read"
    static let deleteDomains = "domains:delete"
    static let readWebhooks = "webhooks:read"
    static let writeWebhooks = "webhooks:write"
    static let deleteWebhooks = "webhooks:delete"
    static let readCredentials = "smtp-credentials:read"
    static let writeCredentials = "smtp-credentials:write"
    static let deleteCredentials = "smtp-credentials:delete"

    // As they stand:
    static let readDomains = "domains:read"
    static let writeDomains = "domains:write"
    static let readAccounts = "accounts:read"
    static let readKeys = "api-keys:read"
    static let writeKeys = "api-keys:write"
    static let deleteKeys = "api-keys:delete"
    static let readSuppressions = "suppressions:read"
    static let writeSuppressions = "suppressions:write"
    static let deleteSuppressions = "suppressions:delete"
    static let wipeSuppressions = "suppressions:wipe"
}

extension ScopeVocabulary {
    /// All of the vendor's, those among them whose routes are not served yet: a key may hold them.
    static let ahaSend = ScopeVocabulary(
        words: [Action.everything] + plain, superset: Action.everything, defaults: [Action.everything],
        domainActions: byDomain)

    private static let plain = [
        Action.readDomains, Action.writeDomains, Action.readAccounts, "accounts:write", "accounts:billing",
        "accounts:members:read", "accounts:members:add", "accounts:members:update", "accounts:members:remove",
        Action.readSuppressions, Action.writeSuppressions, Action.deleteSuppressions, Action.wipeSuppressions,
        Action.readKeys, Action.writeKeys, Action.deleteKeys, "sub-accounts:read", "sub-accounts:write",
        "sub-accounts:delete", "sub-accounts:suspend", "sub-accounts:usage", "sub-account-api-keys:read",
        "sub-account-api-keys:write", "sub-account-api-keys:delete", "templates:read", "templates:write",
        "templates:delete", "contacts:read", "contacts:write", "contacts:delete", "lists:read", "lists:write",
        "lists:delete",
    ]

    private static let byDomain = [
        Action.sendMessages, Action.cancelMessages, Action.readMessages, Action.deleteDomains, Action.readWebhooks,
        Action.writeWebhooks, Action.deleteWebhooks, "routes:read", "routes:write", "routes:delete",
        Action.readCredentials, Action.writeCredentials, Action.deleteCredentials, "statistics-transactional:read",
    ]
}
