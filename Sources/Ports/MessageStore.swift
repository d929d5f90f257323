package import Model

/// The part of the `Store` port that reads messages; its contract is the `Store`'s.
package protocol MessageStore: Sendable {
    /// One message with its recipients' states and its events; nil if there is none. `content` false leaves bodies and
    /// attachments out.
    func message(_ id: Message.ID, content: Bool) async throws(KernelFailure) -> Message?

    /// The latest messages first, by page, with the number of all that match.
    func messages(_ query: MessageQuery) async throws(KernelFailure) -> MessagePage

    /// Recipients' parts by place.
    func deliveries(_ query: DeliveryQuery) async throws(KernelFailure) -> DeliveryPage

    /// What happened after `event` (0: from the start), oldest first, at most `limit`.
    func events(after event: MailEvent.ID, limit: Int) async throws(KernelFailure) -> [MailEvent]
}

/// A page of messages, latest first.
package struct MessageQuery: Sendable {
    /// nil: every account's and every personality's, for the operator.
    package var tenant: Tenant?
    package var filter: MessageFilter
    /// Messages to skip, latest first.
    package var offset: Int
    package var limit: Int

    package init(tenant: Tenant?, filter: MessageFilter = MessageFilter(), offset: Int, limit: Int) {
        self.tenant = tenant
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
