import Base

/// This dialect's limits, each with its unit. The comments say which are the vendor's; the others are ours.
enum HarpoonLimits {
    // MARK: Requests

    /// Per key and minute: the vendor's.
    static let requestsPerKey = 100
    /// Of the two other levels the numbers are not published.
    static let requestsPerUser = 600
    static let requestsOfAll = 6000
    static let minute: Duration = .seconds(60)
    static let requestBytes = 64 << 10

    // MARK: A payment

    /// In GHS. More digits than any wallet holds.
    static let amountDigits = 12
    /// The vendor's.
    static let clientReferenceCharacters = 100
    /// As compact JSON: the vendor's.
    static let metaBytes = 4 << 10
    /// Of names, descriptions and notes.
    static let textBytes = 1024
    static let urlBytes = 2048
    static let expiryHours = 1...24
    static let expiryHoursDefault = 24
    static let idempotencyKeyBytes = 255
    static let idempotencyWindow: Duration = .seconds(86_400)
    static let telcoIDBytes = 64

    /// Where the vendor has its pages.
    static let checkoutOrigin = "https://harpoonsms.com"

    /// Numbers that an account shows to those who pay.
    static let paymentMethods = 20
    /// Looks at payments' pages in a minute from one address: one every half a second.
    static let visitsPerAddress = 120

    // MARK: Codes

    static let codeCharacters = 6
    /// How long a code is nobody's after its payment has ended, so that money that comes late is not another's.
    static let codeRest: Duration = .seconds(30 * 86_400)
    /// With a million living codes of 729 million, one in 700 candidates is taken.
    static let codeCandidates = 8

    // MARK: Lists

    /// The vendor's.
    static let page = 1...100
    static let pageDefault = 50
    /// Pages beyond this are empty.
    static let pageNumberMax = 10_000_000
    static let deadLetters = 1...500
    static let deadLettersDefault = 100
    static let replays = 100

    // MARK: Webhooks

    static let webhookAttempts = 8
    static let webhookFirstWait: Duration = .seconds(30)
    static let webhookLongestWait: Duration = .seconds(3600)
    /// Longer than eight attempts take: attempts alone end a delivery.
    static let webhookLifetime: Duration = .seconds(7 * 86_400)
    static let webhookTimeout: Duration = .seconds(10)
    static let webhookEvents = 50
    static let webhooks = 10_000
    /// The latest deliveries of an endpoint that are looked at for when one went well.
    static let deliveriesLookedAt = 100

    // MARK: Sessions

    /// Log-ins in a quarter of an hour from one address; for one user there are fewer.
    static let logInsPerAddress = 30
    static let logInWindow: Duration = .seconds(15 * 60)

    // MARK: Ingestion

    static let ingestBytes = 64 << 10
    /// Characters of a text that are kept.
    static let smsCharacters = 4096
    /// How far a forwarder's time stamp may be from now.
    static let signatureWindow: Duration = .seconds(300)
    static let senderNames = 20
    /// Of a forwarder's secret: the app's own signing keys have eight characters.
    static let secretBytes = 8
    /// In one list of the operator's.
    static let linesListed = 1000
    static let paymentsListed = 100

    // MARK: Balances

    /// How long a payment waits whose balance does not go on from the line's.
    static let balanceWait: Duration = .seconds(15 * 60)
    static let balanceWaits: ClosedRange<Duration> = .seconds(1)...(.seconds(86_400))
    /// Texts of a line that are known again, and gaps that stay open at a time.
    static let textsRemembered = 64
    static let gapsRemembered = 16
    /// How far apart the parts of one text may come.
    static let partsApart: Duration = .seconds(30)
    /// A line's memory is changed by each of its texts, and of several at one instant one goes first: more than phones
    /// and modems hand over together.
    static let textTries = 64

    // MARK: Failures

    /// When a client may try again after a 503 that does not know better.
    static let retryAfter: Duration = .seconds(2)
}
