/// This dialect's limits, each with its unit. The comments say which are the vendor's; the others are ours.
enum PosthawkLimits {
    // MARK: Rates

    /// The vendor's: messages of one key in an hour, a day and a month of UTC.
    static let sendsPerHour = 100
    static let sendsPerDay = 1000
    static let sendsPerMonth = 10_000
    /// In a row, which suppress an address.
    static let softBounces = 3
    static let hour: Duration = .seconds(3600)
    static let day: Duration = .seconds(86_400)
    /// The vendor's: messages a second of all that leaves, whoever sent it.
    static let messagesPerSecond = 12

    // MARK: Requests

    static let sendBodyBytes = 10 << 20
    static let bodyBytes = 256 << 10
    /// The vendor's.
    static let idempotencyKeyBytes = 255
    static let idempotencyLifetime: Duration = .seconds(86_400)

    // MARK: A message

    /// In each of to, cc and bcc.
    static let recipientsPerList = 50
    static let replyTo = 1
    static let headers = 100
    static let variables = 200
    /// `metadata` and `tags` together, as JSON.
    static let notesBytes = 16 << 10
    /// The vendor's: how far ahead a message may be scheduled.
    static let scheduleAhead: Duration = .seconds(30 * 86_400)
    static let timezoneBytes = 64

    // MARK: SMTP

    /// Of one message, over all its lists.
    static let recipientsPerMessage = 50
    /// The vendor's, of its larger plans.
    static let messageBytes = 30 << 20

    // MARK: Lists

    static let perPage = 50
    static let perPageMax = 100
    /// Far above any list.
    static let offsetMax = 1 << 31

    // MARK: Domains

    /// Messages in a day or a month.
    static let quotaMax = 1_000_000_000
    static let mxPreference: UInt16 = 10
    /// Between the looks at the records of a domain that is pending.
    static let domainRecheck: ClosedRange<Duration> = .seconds(300) ... .seconds(600)
    /// After which a pending domain has failed.
    static let domainPatience: Duration = .seconds(72 * 3600)

    // MARK: Templates

    static let templateVersions = 50

    // MARK: Failures

    /// When a client may try again after a 503 that does not know better.
    static let retryAfter: Duration = .seconds(2)
    /// The longest wait that a client is asked for by `Retry-After`; `resetAt` tells the rest.
    static let retryAfterMax: Duration = .seconds(60)
}
