public import Base
public import Model

/// Who is logged in: what a session's token says.
public struct WebSession: Sendable, Equatable {
    /// The user's row.
    public var user: Int64
    public var account: Account.ID
    /// How often the user's password had been set when the session began: it ends with the next time.
    public var epoch: Int
    public var expiresAt: Instant

    public init(user: Int64, account: Account.ID, epoch: Int, expiresAt: Instant) {
        self.user = user
        self.account = account
        self.epoch = epoch
        self.expiresAt = expiresAt
    }

    /// Stands for the session where a key's number is asked for. Keys' numbers are above zero.
    public var key: AccessKey.ID { AccessKey.ID(-user) }
}
