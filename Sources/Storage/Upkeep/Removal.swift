import Base
import Database
import Model
import Ports
import Rows

/// Removes what is older than it has to be kept, a slice in a transaction, and single messages. The files of large
/// contents go after the commit, and only then (`takeFiles`). The writer thread's own.
final class Removal {
    private let connection: Connection
    private let personalities: PersonalityNumbers
    private let messages: MessageRows
    private let claims: ClaimRows
    private let lists: ListIndex
    /// Of the open transaction.
    private var files: [String] = []
    private var deliveries: [DeliveryID] = []

    init(
        _ connection: Connection, personalities: PersonalityNumbers, messages: MessageRows, claims: ClaimRows,
        lists: ListIndex
    ) {
        self.lists = lists
        self.connection = connection
        self.personalities = personalities
        self.messages = messages
        self.claims = claims
    }

    /// The files that the committed transaction left without a row, once.
    func takeFiles() -> [String] {
        defer { files = [] }
        return files
    }

    /// The deliveries that the committed transaction gave up with their messages, once.
    func takeDeliveries() -> [DeliveryID] {
        defer { deliveries = [] }
        return deliveries
    }

    func rollBack() { (files, deliveries) = ([], []) }

    // MARK: Slices

    func clear(_ slice: Clearing) throws(DatabaseError) -> ChangeOutcome {
        guard let origin = personalities.number(slice.origin) else { return .done(serial: 0) }
        switch slice.rows {
        case .keys: return .done(serial: try claims.removeGone(after: slice.after, limit: slice.limit))
        case .contents, .messages, .events, .webhooks, .relays, .records:
            try forgetRemovals()
            return .done(serial: try clear(slice, origin))
        }
    }

    /// What a row of a walk is: its number, when it was made, and whether it may go.
    private struct Candidate {
        let id: Int64
        let at: Int64
        let mayGo: Bool
    }

    private func clear(_ slice: Clearing, _ origin: Int64) throws(DatabaseError) -> Int64 {
        let walk = try connection.prepare(RemovalWalk.sql(slice), "look for what is old")
        walk.bind(1, slice.after)
        walk.bind(2, Int64(slice.limit))
        walk.bind(3, origin)
        walk.bind(4, slice.account.value)
        var candidates: [Candidate] = []
        try walk.forEach {
            candidates.append(Candidate(id: $0.integer(0), at: $0.integer(1), mayGo: $0.integer(2) == 1))
        }
        for candidate in candidates {
            guard candidate.at < slice.before.nanoseconds else { return 0 }
            guard candidate.mayGo else { continue }
            switch slice.rows {
            case .contents: try removeContent(of: candidate.id)
            case .messages:
                if slice.extent != .finished { try giveUp(candidate.id) }
                try removeMessage(candidate.id, account: slice.account.value, origin: origin)
            case .events: try removeTrail(of: candidate.id)
            case .webhooks: try delete("webhook_delivery", "id", candidate.id)
            case .relays:
                if slice.extent != .finished { try delete("relay_queue", "id", candidate.id) }
                try removeRelay(candidate.id)
            case .records: try emptyRecord(candidate.id)
            case .keys: break
            }
        }
        return candidates.count < slice.limit ? 0 : candidates.last?.id ?? 0
    }

    // MARK: By their callers' word

    func endMessages(at now: Instant, limit: Int) throws(DatabaseError) -> ChangeOutcome {
        let find = try connection.prepare(
            """
            SELECT e.at, e.message, e.part, m.account, m.origin, EXISTS (
                SELECT 1 FROM delivery d WHERE d.id BETWEEN e.message << 10 AND (e.message << 10) + 1023)
            FROM message_end e LEFT JOIN message m ON m.id = e.message WHERE e.at <= ? ORDER BY e.at LIMIT ?
            """, "find messages that end")
        find.bind(1, now.nanoseconds)
        find.bind(2, Int64(limit))
        var ends: [End] = []
        try find.forEach { row in
            ends.append(
                End(
                    at: row.integer(0), message: row.integer(1), part: MessageEnd.Part(rawValue: row.integer(2)),
                    owner: row.optionalInteger(3).map { ($0, row.integer(4)) }, isUnderWay: row.integer(5) == 1))
        }
        for end in ends { try self.end(end, at: now) }
        return .done(serial: Int64(ends.count))
    }

    private struct End {
        let at: Int64
        let message: Int64
        let part: MessageEnd.Part?
        /// Account and origin; nil where the message is gone.
        let owner: (account: Int64, origin: Int64)?
        let isUnderWay: Bool
    }

    private func end(_ end: End, at now: Instant) throws(DatabaseError) {
        let isPutOff = end.isUnderWay && end.owner != nil
        let note = try connection.prepare(
            isPutOff
                ? "UPDATE message_end SET at = ?3 WHERE at = ?1 AND message = ?2 AND ?3 > 0"
                : "DELETE FROM message_end WHERE at = ?1 AND message = ?2 AND ?3 > 0", "note the end of a message")
        note.bind(1, end.at)
        note.bind(2, end.message)
        note.bind(3, (now + StorageLimits.messageEndRest).nanoseconds)
        try note.run()
        guard !isPutOff, let (account, origin) = end.owner else { return }
        switch end.part {
        case .message?: try removeMessage(end.message, account: account, origin: origin)
        case .contents?:
            try removeContent(of: end.message)
            try removeDeadLetters(of: end.message)
        case nil: break
        }
    }

    // MARK: Rows

    /// One message, whatever its age.
    func removeMessage(_ id: Message.ID) throws(DatabaseError) -> ChangeOutcome {
        let find = try connection.prepare("SELECT account, origin FROM message WHERE id = ?", "find a message")
        find.bind(1, id.value)
        guard let (account, origin) = try find.first({ ($0.integer(0), $0.integer(1)) }) else {
            return .refused(.notFound(.message))
        }
        let range = DeliveryID.range(of: id)
        let waits = try connection.prepare("SELECT 1 FROM delivery WHERE id BETWEEN ? AND ?", "look for deliveries")
        waits.bind(1, range.lowerBound)
        waits.bind(2, range.upperBound)
        if try waits.first({ _ in true }) == true {
            return .refused(.wrongState(.message, state: .underWay, operation: .remove))
        }
        try removeMessage(id.value, account: account, origin: origin)
        return .done(serial: id.value)
    }

    private func removeMessage(_ id: Int64, account: Int64, origin: Int64) throws(DatabaseError) {
        try takeFile(named: "content", "message", id)
        try delete("event", "message", id)
        try delete("quota_charge", "message", id)
        try removeDeadLetters(of: id)
        try delete("message", "id", id)
        let note = try connection.prepare("INSERT INTO message_removal (message) VALUES (?)", "note a removal")
        note.bind(1, id)
        try note.run()
        try messages.uncount(id, account: account, origin: origin)
    }

    private func removeDeadLetters(of id: Int64) throws(DatabaseError) {
        let range = DeliveryID.range(of: Message.ID(id))
        let letters = try connection.prepare("DELETE FROM dead_letter WHERE id BETWEEN ? AND ?", "remove dead letters")
        letters.bind(1, range.lowerBound)
        letters.bind(2, range.upperBound)
        try letters.run()
    }

    /// What waits of a message that goes.
    private func giveUp(_ id: Int64) throws(DatabaseError) {
        let range = DeliveryID.range(of: Message.ID(id))
        let remove = try connection.prepare(
            "DELETE FROM delivery WHERE id BETWEEN ? AND ? RETURNING id", "give up deliveries")
        remove.bind(1, range.lowerBound)
        remove.bind(2, range.upperBound)
        try remove.forEach { self.deliveries.append(DeliveryID(packed: $0.integer(0))) }
    }

    /// Of a finished message: attempts after which others came, and what was said in those that are left.
    private func removeTrail(of id: Int64) throws(DatabaseError) {
        let remove = try connection.prepare(
            """
            DELETE FROM event WHERE message = ?1 AND kind = ?2 AND EXISTS (
                SELECT 1 FROM event e WHERE e.message = ?1 AND e.recipient = event.recipient AND e.id > event.id)
            """, "remove a message's trail")
        remove.bind(1, id)
        remove.bind(2, Int64(MailEvent.Kind.deferred.rawValue))
        try remove.run()
        let read = try connection.prepare(
            "SELECT id, detail FROM event WHERE message = ?1 AND kind <> ?2 AND detail IS NOT NULL",
            "read what was said")
        read.bind(1, id)
        read.bind(2, Int64(MailEvent.Kind.rescheduled.rawValue))
        var shorter: [(id: Int64, detail: [UInt8])] = []
        try read.forEach { row in
            guard var result = try? EventRecord.result(row.bytes(1)), result.dialogue != nil else { return }
            result.dialogue = nil
            shorter.append((row.integer(0), EventRecord.detail(result)))
        }
        let write = try connection.prepare("UPDATE event SET detail = ? WHERE id = ?", "forget what was said")
        for event in shorter {
            write.bind(1, event.detail)
            write.bind(2, event.id)
            try write.run()
        }
    }

    /// As a record that was removed: its number and what it alone may ever be called stay taken.
    private func emptyRecord(_ id: Int64) throws(DatabaseError) {
        let unschedule = try connection.prepare(
            "DELETE FROM record_due WHERE (due, record) IN (SELECT due, id FROM record WHERE id = ?)",
            "forget a record's time")
        unschedule.bind(1, id)
        try unschedule.run()
        let empty = try connection.prepare(
            "UPDATE record SET state = '', due = NULL, minted = NULL, body = x'' WHERE id = ?", "empty a record")
        empty.bind(1, id)
        try empty.run()
    }

    /// Removals that the lists' index has. The latest stay: a list may be reading them.
    private func forgetRemovals() throws(DatabaseError) {
        let forget = try connection.prepare("DELETE FROM message_removal WHERE id <= ?", "forget removals")
        forget.bind(1, lists.keptRemovals - StorageLimits.listRemovalsKept)
        try forget.run()
    }

    private func removeContent(of id: Int64) throws(DatabaseError) {
        try takeFile(named: "content", "message", id)
        let empty = try connection.prepare(
            "UPDATE message SET body = NULL WHERE id = ? AND body IS NOT NULL", "remove a content")
        empty.bind(1, id)
        try empty.run()
    }

    private func removeRelay(_ id: Int64) throws(DatabaseError) {
        try takeFile(named: "relay_content", "relay", id)
        for table in ["relay_attempt", "relay_end", "relay_replay"] { try delete(table, "relay", id) }
        try delete("relay", "id", id)
    }

    private func takeFile(named table: String, _ column: String, _ id: Int64) throws(DatabaseError) {
        let find = try connection.prepare("SELECT name FROM \(table) WHERE \(column) = ?", "find a content's file")
        find.bind(1, id)
        guard let name = try find.first({ $0.text(0) }) else { return }
        files.append(name)
        try delete(table, column, id)
    }

    private func delete(_ table: String, _ column: String, _ id: Int64) throws(DatabaseError) {
        let delete = try connection.prepare("DELETE FROM \(table) WHERE \(column) = ?", "remove what is old")
        delete.bind(1, id)
        try delete.run()
    }
}
