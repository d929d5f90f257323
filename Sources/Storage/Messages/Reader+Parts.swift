import Base
import Database
import Model
import Ports
import Rows

/// Lists of recipients' parts, by place: a page costs the same wherever it begins.
extension Reader {
    func parts(_ query: DeliveryQuery, _ personalities: PersonalityNumbers) throws(DatabaseError) -> Page<DeliveryPart>
    {
        let walk = PartWalk(reader: self, query: query, origin: personalities.number(query.tenant.origin) ?? -1)
        return try query.slice.page { window throws(DatabaseError) in try walk.parts(window) }
    }

    /// An owner's messages from one on.
    static func partsSQL(isBackward: Bool) -> String {
        let (sign, order) = isBackward ? (">=", "ASC") : ("<=", "DESC")
        return """
            SELECT \(columns) FROM message m WHERE m.account = ?1 AND m.origin = ?2 AND m.id \(sign) ?3
            ORDER BY m.id \(order) LIMIT ?4
            """
    }
}

/// Goes through an owner's messages from a place on, and gives the parts that match.
private struct PartWalk {
    let reader: Reader
    let query: DeliveryQuery
    let origin: Int64

    /// A message that the place lies in is looked at too, for the parts of it on this side. Messages are read in
    /// batches, as most of what a filter refuses need not be read whole.
    func parts(_ window: ListWindow) throws(DatabaseError) -> [DeliveryPart] {
        let list = try reader.connection.prepare(
            Reader.partsSQL(isBackward: window.isBackward), "list messages by place")
        let wanted = window.offset + min(window.limit, StorageLimits.rowsPerFilteredList)
        var found: [DeliveryPart] = []
        var next = DeliveryID(packed: window.place).message.value
        var left = StorageLimits.rowsPerFilteredList
        while found.count < wanted, left > 0 {
            let batch = min(query.filter.isEmpty ? wanted + 1 : StorageLimits.rowsPerFilteredRead, left)
            let rows = try rows(list, from: next, limit: batch)
            for row in rows where found.count < wanted { try take(row, window, &found) }
            guard rows.count == batch, let last = rows.last else { break }
            next = last.id + (window.isBackward ? 1 : -1)
            left -= batch
        }
        return Array(found.dropFirst(window.offset).prefix(window.limit))
    }

    private func rows(_ list: Statement, from first: Int64, limit: Int) throws(DatabaseError) -> [MessageRow] {
        list.bind(1, query.tenant.account.value)
        list.bind(2, origin)
        list.bind(3, first)
        list.bind(4, Int64(limit))
        var rows: [MessageRow] = []
        try list.forEach { rows.append(Reader.row($0, content: false)) }
        return rows
    }

    private func take(
        _ row: MessageRow, _ window: ListWindow, _ found: inout [DeliveryPart]
    ) throws(DatabaseError) {
        guard let submission = row.submission, query.filter.mayAdmit(submission, at: row.at) else { return }
        var row = row
        try reader.addState(to: &row)
        // A row that does not read back is left out of lists, as everywhere.
        guard let message = try? row.message(origin: query.tenant.origin) else { return }
        let places = Array(message.recipients.indices)
        for place in window.isBackward ? places : places.reversed() {
            let part = DeliveryPart(message: message, recipient: place)
            if window.admits(part.id.packed), query.filter.admits(message, recipient: place) { found.append(part) }
        }
    }
}
