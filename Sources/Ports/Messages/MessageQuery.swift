package import Model

/// A page of messages, latest first.
package struct MessageQuery: Sendable {
    /// Whose messages: an account's, of one personality.
    package struct Owner: Sendable, Hashable {
        package var account: Account.ID
        package var origin: PersonalityID

        package init(account: Account.ID, origin: PersonalityID) {
            self.account = account
            self.origin = origin
        }
    }

    /// nil: every account's and every personality's, for the operator.
    package var owner: Owner?
    package var filter: MessageFilter
    /// Messages to skip, latest first.
    package var offset: Int
    package var limit: Int

    package init(owner: Owner?, filter: MessageFilter = MessageFilter(), offset: Int, limit: Int) {
        self.owner = owner
        self.filter = filter
        self.offset = offset
        self.limit = limit
    }
}

/// One page of a list.
package struct MessagePage: Sendable {
    /// Without bodies and attachments.
    package var messages: [Message]
    /// All that match, over all pages.
    package var total: Int

    package init(messages: [Message], total: Int) {
        self.messages = messages
        self.total = total
    }
}
