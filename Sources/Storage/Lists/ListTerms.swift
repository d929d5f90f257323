import Base
import Model

/// What of a filter the index knows: of each term one key must be true, and the message must be of the time.
struct ListTerms: Sendable {
    /// None: of everybody, which nothing narrows.
    var terms: [[ListKey]] = []
    /// Nanoseconds since 1970: from, and before.
    var from = Int64.min
    var until = Int64.max
    /// Conditions remain that only the rows tell of.
    var asksRows = false

    /// A filter of one owner's messages; nil where the index narrows nothing.
    init?(_ filter: MessageFilter, of owner: ListKey.Owner) {
        if let states = filter.states { terms.append(states.map { .state(owner, $0) }) }
        if let domain = filter.domain { terms.append([.domain(owner, domain.value)]) }
        if let domains = filter.domains { terms.append(domains.map { .domain(owner, $0.value) }) }
        if let tag = filter.tag { terms.append([ListKey(owner, .tag, tag)]) }
        if filter.isScheduled { terms.append([ListKey(owner, .scheduled)]) }
        setTimes(filter.from, before: filter.until)
        let contains = [filter.toContains, filter.fromContains, filter.subjectContains]
        asksRows = contains.contains { $0 != nil } || filter.dueAfter != nil || filter.dueBy != nil
        guard narrows(owner) else { return nil }
    }

    /// A filter of one owner's parts: those messages that may have one of them.
    init?(_ filter: DeliveryFilter, of owner: ListKey.Owner) {
        if let standings = filter.standings {
            terms.append(Set(standings.flatMap(\.states)).map { .recipientState(owner, $0) })
        }
        if let domains = filter.senderDomains { terms.append(domains.map { ListKey(owner, .senderDomain, $0) }) }
        if let sender = filter.sender { terms.append([ListKey(owner, .sender, sender.lowercased())]) }
        if let recipient = filter.recipient { terms.append([ListKey(owner, .recipient, recipient.lowercased())]) }
        if let tags = filter.tags { terms.append(tags.map { ListKey(owner, .tag, $0) }) }
        setTimes(filter.from, before: filter.until.map { $0 + .nanoseconds(1) })
        asksRows = true
        guard narrows(owner) else { return nil }
    }

    /// What is another owner's beside what is one's: they have the same terms.
    func united(with other: ListTerms) -> ListTerms {
        var all = self
        for index in terms.indices { all.terms[index] += other.terms[index] }
        return all
    }

    private mutating func setTimes(_ from: Instant?, before until: Instant?) {
        if let from { self.from = from.nanoseconds }
        if let until { self.until = until.nanoseconds }
    }

    /// A time alone narrows all that the owner has.
    private mutating func narrows(_ owner: ListKey.Owner) -> Bool {
        let hasTimes = from > .min || until < .max
        if terms.isEmpty, hasTimes { terms.append([ListKey(owner, .owned)]) }
        return !terms.isEmpty
    }
}
