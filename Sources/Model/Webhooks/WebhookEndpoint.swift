public import Base

/// Where an account wants to hear of what happens: a URL, which events, the secret that they are signed with.
///
///     enabled -> off        the caller switches it off; nothing new is queued for it, what is queued waits
///     enabled -> disabled   by us, after too many deliveries in a row were given up; `disabledAt` and the reason tell
///     off, disabled -> enabled   the caller revives it; what waits is delivered, the count begins anew
public struct WebhookEndpoint: Sendable, Equatable {
    public typealias ID = Serial<WebhookEndpoint>

    /// A secret under the key file (AES-256-GCM).
    public struct SealedSecret: Sendable, Equatable {
        public var bytes: [UInt8]
        /// nil: until the next rotation.
        public var expiresAt: Instant?

        public init(bytes: [UInt8], expiresAt: Instant? = nil) {
            self.bytes = bytes
            self.expiresAt = expiresAt
        }
    }

    /// How its deliveries have gone.
    public struct Health: Sendable, Equatable {
        /// Deliveries given up since the last success.
        public var consecutiveFailures: Int
        /// The last attempt.
        public var lastAttemptAt: Instant?
        /// What was answered then; nil where nobody did.
        public var lastStatus: Int?
        /// All that were ever queued for it.
        public var deliveries: Int
        /// Attempts that went well, and those that did not.
        public var successes: Int
        public var failures: Int
        /// Attempts that did not go well since the last one that did.
        public var failuresSinceSuccess: Int

        public init(
            consecutiveFailures: Int = 0, lastAttemptAt: Instant? = nil, lastStatus: Int? = nil, deliveries: Int = 0,
            successes: Int = 0, failures: Int = 0, failuresSinceSuccess: Int = 0
        ) {
            self.consecutiveFailures = consecutiveFailures
            self.lastAttemptAt = lastAttemptAt
            self.lastStatus = lastStatus
            self.deliveries = deliveries
            self.successes = successes
            self.failures = failures
            self.failuresSinceSuccess = failuresSinceSuccess
        }
    }

    public var id: ID
    public var account: Account.ID
    /// Only events of this personality reach it.
    public var origin: PersonalityID
    public var url: UserData
    /// The dialect's names of events, or its word for all of them.
    public var events: [String]
    /// Only events of messages from these domains; empty: of all, unless it is bound to domains.
    public var domains: [MailDomain.ID]
    /// It hears of its domains alone, and of nothing while it has none.
    public var isBound: Bool
    /// What its owner calls it.
    public var label: String
    public var isEnabled: Bool
    /// It is a URL that single records named: it stands in no list, wants no events, and what goes there is signed with
    /// a secret of its account's.
    public var isOwn: Bool
    /// The current one first, then the one before while its time of grace lasts.
    public var secrets: [SealedSecret]
    public var createdAt: Instant
    public var secretRotatedAt: Instant?
    /// When its owner changed it last; nil: never.
    public var changedAt: Instant?
    public var disabledAt: Instant?
    public var disabledReason: String?
    public var health: Health

    public init(
        id: ID, account: Account.ID, origin: PersonalityID, url: UserData, events: [String],
        domains: [MailDomain.ID] = [], isBound: Bool = false, label: String = "", isEnabled: Bool = true,
        isOwn: Bool = false, secrets: [SealedSecret], createdAt: Instant, secretRotatedAt: Instant? = nil,
        changedAt: Instant? = nil, disabledAt: Instant? = nil, disabledReason: String? = nil,
        health: Health = Health()
    ) {
        self.id = id
        self.account = account
        self.origin = origin
        self.url = url
        self.events = events
        self.domains = domains
        self.isBound = isBound
        self.label = label
        self.isEnabled = isEnabled
        self.isOwn = isOwn
        self.secrets = secrets
        self.createdAt = createdAt
        self.secretRotatedAt = secretRotatedAt
        self.changedAt = changedAt
        self.disabledAt = disabledAt
        self.disabledReason = disabledReason
        self.health = health
    }

    /// The secret before the current one is still good until then.
    public func previousSecretExpiry(at now: Instant) -> Instant? {
        secrets.dropFirst().compactMap(\.expiresAt).first { $0 > now }
    }
}
