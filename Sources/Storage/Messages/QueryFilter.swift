import Base
import Model
import Ports

/// A message query in the store's terms.
struct QueryFilter: Sendable {
    let account: Int64?
    let origin: Int64?
    let filter: MessageFilter
    let slice: Slice<Message>
    private let subject: String?
    private let from: String?
    private let to: String?

    init(_ query: MessageQuery, personalities: PersonalityNumbers) throws(KernelFailure) {
        account = query.tenant?.account.value
        if let owner = query.tenant {
            guard let number = personalities.number(owner.origin) else {
                throw .internalError(incident: "unregistered personality")
            }
            origin = number
        } else {
            origin = nil
        }
        filter = query.filter
        slice = query.slice
        subject = query.filter.subjectContains?.lowercased()
        from = query.filter.fromContains?.lowercased()
        to = query.filter.toContains?.lowercased()
    }

    /// Conditions on columns, which need no decoding.
    func admits(domain: Int64?, at: Instant) -> Bool {
        if let wanted = filter.domain, wanted.value != domain { return false }
        if let wanted = filter.domains, !wanted.contains(MailDomain.ID(domain ?? 0)) { return false }
        if let from = filter.from, at < from { return false }
        if let until = filter.until, at >= until { return false }
        return true
    }

    /// Conditions on the decoded message.
    func admits(_ message: Message) -> Bool {
        let submission = message.submission
        if filter.isScheduled, submission.scheduledAt == nil { return false }
        if let earliest = filter.dueAfter, submission.scheduledAt.map({ $0 <= earliest }) ?? true { return false }
        if let latest = filter.dueBy, submission.scheduledAt.map({ $0 > latest }) ?? true { return false }
        if let tag = filter.tag, !submission.tags.contains(tag) { return false }
        if let subject, !submission.subject.lowercased().contains(subject) { return false }
        if let from, !submission.from.address.lowercased().contains(from) { return false }
        if let to, !message.recipients.contains(where: { $0.address.address.lowercased().contains(to) }) {
            return false
        }
        if let states = filter.states, !states.contains(message.state) { return false }
        return true
    }
}
