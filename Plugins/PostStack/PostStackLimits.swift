/// This dialect's limits, each with its unit. The comments say which are the vendor's; the others are ours.
enum PostStackLimits {
    // MARK: Requests

    /// The vendor's sample shows 60; the window's length is not documented.
    static let requestsPerWindow = 60
    static let rateWindow: Duration = .seconds(60)
    /// Base64 of `attachmentsBytes` is 33.4 MiB, and its line ends, the other fields and a little too much of
    /// everything must fit as well: what is over the vendor's limits is to be told so, not to be cut off.
    static let emailBodyBytes = 40 << 20
    static let batchBodyBytes = 64 << 20
    static let bodyBytes = 64 << 10

    // MARK: A key

    /// In characters.
    static let keyName = 255

    // MARK: An email

    /// In each of to, cc and bcc.
    static let recipientsPerList = 50
    static let replyTo = 1
    static let headers = 100
    static let tags = 50
    static let tagBytes = 256
    static let idempotencyKeyBytes = 255

    // MARK: Attachments

    static let attachments = 100
    /// The vendor's, decoded.
    static let attachmentBytes = 10 << 20
    /// The vendor's, decoded, of all together.
    static let attachmentsBytes = 25 << 20

    // MARK: SMTP

    /// Of one message, over all its lists.
    static let recipientsPerMessage = 50
    /// Base64 of `attachmentsBytes` is 33.4 MiB with its header; texts and the other headers must fit as well.
    static let messageBytes = 38 << 20

    // MARK: Webhooks

    static let webhooks = 100
    static let webhookURLBytes = 2048
    static let webhookEvents = 100
    static let webhookEventBytes = 100
    /// The vendor's.
    static let graceHours = 24
    static let graceHoursRange = 0...168
    /// The vendor's: deliveries replayed by one call, and how far back it may ask for.
    static let replays = 1000
    static let replayMinutes = 43_200
    /// Retries go on for up to 24 hours, says the vendor; not how.
    static let webhookDelays: [Duration] = [
        .seconds(60), .seconds(300), .seconds(1800), .seconds(2 * 3600), .seconds(6 * 3600), .seconds(15 * 3600),
    ]
    static let webhookTimeout: Duration = .seconds(10)
    /// Deliveries given up in a row that disable a webhook.
    static let webhookFailures = 50

    // MARK: Lists

    /// The vendor's.
    static let batchSize = 100
    static let perPage = 20
    static let perPageMax = 100
    /// Far above any list, and far below what would overflow when multiplied by the size of a page.
    static let pageMax = 1 << 31

    // MARK: Domains

    /// The vendor's.
    static let mxPreference: UInt16 = 10
    /// Between the looks at the records of a domain that is pending.
    static let domainRecheck: ClosedRange<Duration> = .seconds(300) ... .seconds(600)
    /// After which a pending domain has failed.
    static let domainPatience: Duration = .seconds(72 * 3600)
    static let urlBytes = 2048

    // MARK: Failures

    /// When a client may try again after a 503 that does not know better.
    static let retryAfter: Duration = .seconds(2)

    // MARK: Insights

    /// In characters: about what mail programs show of a subject in a list.
    static let subjectCharactersShown = 70
    /// Gmail cuts a longer message and hides the rest behind a link.
    static let htmlBytesShown = 102 << 10
}
