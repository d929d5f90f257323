public import Base
public import Model

/// Which part of the list of a tenant's recipients' parts: the latest message first, and of one message the last
/// recipient first. A place is a delivery's number.
public struct DeliveryQuery: Sendable {
    public var tenant: Tenant
    public var filter: DeliveryFilter
    public var slice: Slice<Recipient>

    public init(tenant: Tenant, filter: DeliveryFilter = DeliveryFilter(), slice: Slice<Recipient>) {
        self.tenant = tenant
        self.filter = filter
        self.slice = slice
    }
}

/// One recipient's part of a message.
public struct DeliveryPart: Sendable {
    /// With the events of this part and of the whole message, without texts and files.
    public var message: Message
    public var recipient: Int

    public init(message: Message, recipient: Int) {
        self.message = message
        self.recipient = recipient
    }

    public var id: DeliveryID { DeliveryID(message: message.id, recipient: recipient) }
}

extension DeliveryFilter {
    /// Whether this recipient's part is asked for. For engines that look at decoded messages.
    public func admits(_ message: Message, recipient place: Int) -> Bool {
        let submission = message.submission
        let recipient = message.recipients[place]
        if let from, message.createdAt < from { return false }
        if let until, message.createdAt > until { return false }
        if let senderDomains, !senderDomains.contains(submission.from.domain) { return false }
        if let sender, submission.from.address.lowercased() != sender.lowercased() { return false }
        if let wanted = self.recipient, recipient.address.address.lowercased() != wanted.lowercased() { return false }
        if let messageID, submission.messageID != messageID { return false }
        if let tags, tags.isDisjoint(with: submission.tags) { return false }
        if let subject = subjectContains?.lowercased(), !submission.subject.lowercased().contains(subject) {
            return false
        }
        guard let standings else { return true }
        let (gaveUp, isTest) = (message.gaveUp(on: place), submission.sandbox != nil)
        return standings.contains { $0.admits(recipient.state, gaveUp: gaveUp, isTest: isTest) }
    }

    /// Whether any part of a message with this head can be asked for, before its state is read.
    public func mayAdmit(_ submission: Submission, at: Instant) -> Bool {
        if let from, at < from { return false }
        if let until, at > until { return false }
        if let senderDomains, !senderDomains.contains(submission.from.domain) { return false }
        if let tags, tags.isDisjoint(with: submission.tags) { return false }
        return true
    }
}
