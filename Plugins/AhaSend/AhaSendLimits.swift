/// This dialect's limits, each with its unit. The comments say which are the vendor's; the others are ours.
enum AhaSendLimits {
    // MARK: Requests

    /// The vendor's, of all keys of an account together: one every 10 ms, and 200 at once.
    static let requestRefill: Duration = .milliseconds(10)
    static let requestBurst = 200
    /// What a refusal asks for: the vendor's window is a second.
    static let rateRetryAfter: Duration = .seconds(1)
    /// When a client may try again after a 503.
    static let retryAfter: Duration = .seconds(2)
    static let bodyBytes = 64 << 10
    /// A message may have 20 MB; base64 makes four bytes of three, and there are the texts.
    static let messageBodyBytes = 30 << 20
    /// The vendor's, in bytes.
    static let idempotencyKeyBytes = 255
    /// The vendor's.
    static let idempotencyLifetime: Duration = .seconds(24 * 3600)
    /// The vendor's: how long an answer with a secret is replayed, and the longest that a request is under way.
    static let idempotencyLease: Duration = .seconds(300)

    // MARK: Lists

    /// The vendor's.
    static let pageSizes = 1...100
    static let pageSize = 100

    // MARK: Messages

    /// The vendor's.
    static let recipients = 100
    static let conversationRecipients = 50
    /// The vendor's, and its lengths in characters.
    static let tags = 10
    static let tagCharacters = 64
    static let tagsInFilter = 20
    static let headers = 100
    static let attachments = 100
    /// The vendor's, of a message as bytes.
    static let messageBytes = 20 << 20
    /// The vendor's: how far ahead a message may be scheduled, and may expire.
    static let scheduleAhead: Duration = .seconds(7 * 86_400)
    static let expiryAhead: Duration = .seconds(8 * 86_400)
    static let day: Duration = .seconds(86_400)
    /// What the account's content and its records are kept for, in days, as the account says.
    static let retentionDays = 30
    /// The vendor's, in days.
    static let metadataRetentionDays = 1...30
    static let dataRetentionDays = 0...30
    /// The vendor: up to seven attempts in about 24 hours.
    static let mailDelays: [Duration] = [
        .seconds(300), .seconds(1200), .seconds(3600), .seconds(3 * 3600), .seconds(7 * 3600), .seconds(12 * 3600),
    ]
    static let mailLifetime: Duration = .seconds(26 * 3600)

    // MARK: Keys, webhooks, credentials

    /// The vendor's, in characters: labels, names, reasons.
    static let nameCharacters = 255
    /// The vendor's: networks of one list.
    static let networks = 100
    static let keys = 1000
    static let scopes = 500
    static let webhooks = 100
    static let webhookURLBytes = 2048
    static let webhookTimeout: Duration = .seconds(10)
    /// The vendor's: the n-th wait is n⁴ seconds, a tenth more or less; six attempts over about 16 minutes.
    static let webhookAttempts = 6
    static let webhookJitterPercent = 10
    static let domainsPerResource = 100
    /// The vendor: a hard bounce suppresses for 30 days.
    static let hardBounceSuppression: Duration = .seconds(30 * 86_400)
    /// What a refusal names; a suppression may end as late as times can be told.
    static let suppressionAhead: Duration = .seconds(36_500 * 86_400)

    // MARK: Domains

    /// The vendor re-checks every 15 to 30 minutes.
    static let domainRecheck: ClosedRange<Duration> = .seconds(900) ... .seconds(1800)
    /// How long an answer waits for name servers.
    static let domainCheck: Duration = .seconds(10)
    /// The vendor's.
    static let mxPreference: UInt16 = 10
    static let selectorCharacters = 62
    static let pemBytes = 8192

    // MARK: SMTP

    /// The vendor's.
    static let recipientsPerTransaction = 50
    static let messagesPerConnection = 10_000
    static let smtpIdle: Duration = .seconds(60)
}
