import Base
import Database
import Model
import Ports

/// Removes what is older than it has to be kept, a slice in a transaction, and single messages. The files of large
/// contents go after the commit, and only then (`takeFiles`). The writer thread's own.
final class Removal {
    private let connection: Connection
    private let personalities: PersonalityNumbers
    private let messages: MessageRows
    private let claims: ClaimRows
    /// Of the open transaction.
    private var files: [String] = []

    init(_ connection: Connection, personalities: PersonalityNumbers, messages: MessageRows, claims: ClaimRows) {
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

    func rollBack() { files = [] }

    // MARK: Slices

    func clear(_ slice: Clearing) throws(DatabaseError) -> ChangeOutcome {
        guard let origin = personalities.number(slice.origin) else { return .done(serial: 0) }
        switch slice.rows {
        case .keys: return .done(serial: try claims.removeGone(after: slice.after, limit: slice.limit))
        case .contents, .messages, .webhooks, .relays:
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
        let walk = try connection.prepare(Self.walk(slice.rows), "look for what is old")
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
            case .messages: try removeMessage(candidate.id, account: slice.account.value, origin: origin)
            case .webhooks: try delete("webhook_delivery", "id", candidate.id)
            case .relays: try removeRelay(candidate.id)
            case .keys: break
            }
        }
        return candidates.count < slice.limit ? 0 : candidates.last?.id ?? 0
    }

    /// Number, time, and whether nothing more becomes of it; by ?1 after, ?2 limit, ?3 origin, ?4 account. A
    /// delivery's number is its message's with the recipient in the last ten bits (`DeliveryID`).
    private static func walk(_ rows: Clearing.Rows) -> String {
        let isFinished = "NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id BETWEEN m.id << 10 AND (m.id << 10) + 1023)"
        let ofOwner = "FROM message m WHERE m.account = ?4 AND m.origin = ?3 AND m.id > ?1 ORDER BY m.id LIMIT ?2"
        switch rows {
        case .messages, .keys: return "SELECT m.id, m.at, \(isFinished) \(ofOwner)"
        case .contents:
            let isReplayable =
                "EXISTS (SELECT 1 FROM dead_letter d WHERE d.id BETWEEN m.id << 10 AND (m.id << 10) + 1023)"
            return "SELECT m.id, m.at, \(isFinished) AND NOT \(isReplayable) \(ofOwner)"
        case .webhooks:
            return """
                SELECT d.id, d.created, d.due IS NULL AND ?4 >= 0 AND w.origin = ?3 FROM webhook_delivery d
                LEFT JOIN webhook w ON w.id = d.endpoint WHERE d.id > ?1 ORDER BY d.id LIMIT ?2
                """
        case .relays:
            return """
                SELECT r.id, r.at, NOT EXISTS (SELECT 1 FROM relay_queue q WHERE q.id = r.id) FROM relay r
                WHERE r.account = ?4 AND r.origin = ?3 AND r.id > ?1 ORDER BY r.id LIMIT ?2
                """
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
        let range = DeliveryID.range(of: Message.ID(id))
        let letters = try connection.prepare("DELETE FROM dead_letter WHERE id BETWEEN ? AND ?", "remove dead letters")
        letters.bind(1, range.lowerBound)
        letters.bind(2, range.upperBound)
        try letters.run()
        try delete("message", "id", id)
        try messages.uncount(id, account: account, origin: origin)
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
