package import Base
package import Model

/// A page of recipients' parts, the latest first, beginning at a place in a list that grows meanwhile.
package struct DeliveryQuery: Sendable {
    package var tenant: Tenant
    package var filter: DeliveryFilter
    package var from: Start
    package var limit: Int

    package enum Start: Sendable, Equatable {
        /// With the latest.
        case latest
        /// Behind this one, with older ones.
        case after(DeliveryID)
        /// Before this one: the nearest that are newer.
        case before(DeliveryID)
    }

    package init(
        tenant: Tenant, filter: DeliveryFilter = DeliveryFilter(), from: Start = .latest, limit: Int
    ) {
        self.tenant = tenant
        self.filter = filter
        self.from = from
        self.limit = limit
    }
}

/// Recipients' parts, the latest first.
package struct DeliveryPage: Sendable {
    package struct Part: Sendable {
        /// With its events, without texts and files.
        package var message: Message
        package var recipient: Int

        package init(message: Message, recipient: Int) {
            self.message = message
            self.recipient = recipient
        }

        package var id: DeliveryID { DeliveryID(message: message.id, recipient: recipient) }
    }

    package var parts: [Part]
    /// Some that match are older than the last of them, newer than the first.
    package var hasOlder: Bool
    package var hasNewer: Bool

    package init(parts: [Part], hasOlder: Bool, hasNewer: Bool) {
        self.parts = parts
        self.hasOlder = hasOlder
        self.hasNewer = hasNewer
    }
}

extension DeliveryFilter {
    /// Whether this recipient's part is asked for. For engines that look at decoded messages.
    package func admits(_ message: Message, recipient place: Int) -> Bool {
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
    package func mayAdmit(_ submission: Submission, at: Instant) -> Bool {
        if let from, at < from { return false }
        if let until, at > until { return false }
        if let senderDomains, !senderDomains.contains(submission.from.domain) { return false }
        if let tags, tags.isDisjoint(with: submission.tags) { return false }
        return true
    }
}
