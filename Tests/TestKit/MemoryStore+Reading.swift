import Base
import Model
import Ports

extension MemoryStore {
    /// The message that a row stands for: what is pending says where it stands, else what happened last.
    static func message(_ row: Row, content: Bool) -> Message {
        var submission = row.new.submission
        submission.idempotency = nil
        if let moved = row.events.last(where: { $0.kind == .rescheduled })?.due { submission.scheduledAt = moved }
        if !content {
            submission.text = nil
            submission.html = nil
            submission.amp = nil
            submission.attachments = []
        }
        return Message(
            id: row.id, account: row.new.account, key: row.new.key, domain: row.new.domain, origin: row.new.origin,
            mode: row.new.mode, createdAt: row.new.at, submission: submission,
            recipients: row.new.envelope.indices.map { recipient($0, row) },
            transmittedAt: row.events.first { $0.kind == .transmitted }?.at, events: row.events)
    }

    private static func recipient(_ index: Int, _ row: Row) -> Recipient {
        let entry = row.new.envelope[index]
        let ends: [MailEvent.Kind] = [.delivered, .bounced, .softBounced, .deferred]
        let own = row.events.filter { $0.recipient == index && ends.contains($0.kind) }
        // What bounces after it was delivered was reported.
        let attempted = own.indices.filter { place in
            place == 0 || own[place - 1].kind != .delivered || own[place].kind == .deferred
        }
        return Recipient(
            role: entry.role, address: entry.address, state: state(index, row), attempts: attempted.count)
    }

    static func state(_ index: Int, _ row: Row) -> Recipient.State {
        if let delivery = row.pending[index] {
            if delivery.attempts > 0 { return .deferred }
            return delivery.due > row.new.at ? .scheduled : .queued
        }
        let finals: [MailEvent.Kind: Recipient.State] = [
            .delivered: .delivered, .bounced: .bounced, .softBounced: .bounced, .failed: .failed,
            .suppressed: .suppressed, .cancelled: .cancelled, .complained: .complained,
        ]
        let own = row.events.last { ($0.recipient ?? index) == index && finals[$0.kind] != nil }
        if let own { return finals[own.kind] ?? .queued }
        // A test that was to be put off has nothing after that.
        return row.events.contains { $0.recipient == index && $0.kind == .deferred } ? .deferred : .queued
    }

    static func admits(_ message: Message, _ filter: MessageFilter) -> Bool {
        if filter.matchesNothing { return false }
        if let states = filter.states, !states.contains(message.state) { return false }
        if let domain = filter.domain, message.domain != domain { return false }
        if let from = filter.from, message.createdAt < from { return false }
        if let until = filter.until, message.createdAt >= until { return false }
        let due = message.submission.scheduledAt
        if filter.isScheduled, due == nil { return false }
        if let earliest = filter.dueAfter, due.map({ $0 <= earliest }) ?? true { return false }
        if let latest = filter.dueBy, due.map({ $0 > latest }) ?? true { return false }
        if let tag = filter.tag, !message.submission.tags.contains(tag) { return false }
        return holds(filter.subjectContains, [message.submission.subject])
            && holds(filter.fromContains, [message.submission.from.address])
            && holds(filter.toContains, message.recipients.map(\.address.address))
    }

    private static func holds(_ part: String?, _ texts: [String]) -> Bool {
        guard let part = part?.lowercased() else { return true }
        return texts.contains { $0.lowercased().contains(part) }
    }
}
