/// What a personality does with its mail that others do not.
public struct MailManner: Sendable, Equatable {
    /// When its mail is tried again; nil: as the operator says for all.
    public var retries: RetryPolicy?
    /// Each recipient's part is a message by itself to its callers: it has the recipient's id (`IDKind.delivery`) as
    /// its Message-ID, and a transaction of its own.
    public var identifiesRecipients: Bool

    public init(retries: RetryPolicy? = nil, identifiesRecipients: Bool = false) {
        self.retries = retries
        self.identifiesRecipients = identifiesRecipients
    }

    public static let standard = MailManner()
}
