import Base
import Model
import Rows

/// What a message's row says to lists.
struct ListEntry: Sendable {
    let id: Int64
    let at: Int64
    let owner: ListKey.Owner
    /// What never changes.
    let fixed: [ListKey]
    let changing: Set<ListKey>

    /// nil where the row does not read back, which lists leave out. `row`: with its state.
    init?(_ row: MessageRow, salt: UInt64) {
        guard let message = try? row.message(origin: PersonalityID("")) else { return nil }
        let owner = ListKey.Owner(account: row.account, origin: row.origin, salt: salt)
        let submission = message.submission
        id = row.id
        at = row.at.nanoseconds
        self.owner = owner
        let sender = submission.from
        var fixed = [
            ListKey(owner, .owned), .domain(owner, row.domain ?? 0),
            ListKey(owner, .sender, sender.address.lowercased()), ListKey(owner, .senderDomain, sender.domain),
        ]
        fixed += Set(submission.tags).map { ListKey(owner, .tag, $0) }
        fixed += Set(message.recipients.map { $0.address.address.lowercased() }).map { ListKey(owner, .recipient, $0) }
        self.fixed = fixed
        var changing: Set = [ListKey.state(owner, message.state)]
        for state in Set(message.recipients.map(\.state)) { changing.insert(.recipientState(owner, state)) }
        if submission.scheduledAt != nil { changing.insert(ListKey(owner, .scheduled)) }
        self.changing = changing
    }
}
