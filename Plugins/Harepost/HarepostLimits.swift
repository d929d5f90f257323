/// This dialect's limits, each with its unit. The comments say which are the vendor's; the others are ours.
enum HarepostLimits {
    // MARK: Requests

    /// Per account; that sends are limited per minute is the vendor's, the number is not published.
    static let sendsPerMinute = 60
    /// New domains of an account: each costs a fifth of a second of a core.
    static let domainsPerMinute = 30
    static let minute: Duration = .seconds(60)
    /// Accounts made from one client address.
    static let signUpsPerHour = 10
    static let hour: Duration = .seconds(3600)
    /// A request to send: room for a body whose every byte is escaped is not needed, for its headers and metadata is.
    static let sendBytes = 4 << 20
    static let requestBytes = 64 << 10

    // MARK: A send

    static let targetBytes = 2048
    /// As it goes out.
    static let bodyBytes = 1 << 20
    static let headers = 100
    static let headerBytes = 16 << 10
    static let metadataBytes = 64 << 10
    static let idempotencyKeyBytes = 1024

    // MARK: The policy: the vendor's ranges and defaults

    static let attempts = 1...25
    static let attemptsDefault = 5
    static let baseDelay = 100...60_000
    static let baseDelayDefault = 1000
    static let maxDelay = 1000...43_200_000
    static let maxDelayDefault = 3_600_000
    static let timeout = 1000...30_000
    static let timeoutDefault = 10_000
    /// What a receiver may ask for at most: the longest delay there is.
    static let retryAfterMax: Duration = .milliseconds(43_200_000)
    /// Longer than any policy lasts, 25 attempts with 12 hours between: attempts alone end a delivery.
    static let lifetime: Duration = .seconds(400 * 86_400)

    // MARK: Lists

    /// The vendor's.
    static let page = 1...100
    static let pageDefault = 25

    // MARK: Domains

    /// How long a caller who has a domain verified waits for DNS.
    static let verification: Duration = .seconds(10)

    // MARK: Failures

    /// When a client may try again after a 503 that does not know better.
    static let retryAfter: Duration = .seconds(2)
}
