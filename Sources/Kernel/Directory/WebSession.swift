package import Base
package import Model

/// Who is logged in: what a session's token says.
package struct WebSession: Sendable, Equatable {
    /// The user's row.
    package var user: Int64
    package var account: Account.ID
    /// How often the user's password had been set when the session began: it ends with the next time.
    package var epoch: Int
    package var expiresAt: Instant

    package init(user: Int64, account: Account.ID, epoch: Int, expiresAt: Instant) {
        self.user = user
        self.account = account
        self.epoch = epoch
        self.expiresAt = expiresAt
    }

    /// Stands for the session where a key's number is asked for. Keys' numbers are above zero.
    package var key: AccessKey.ID { AccessKey.ID(-user) }
}
