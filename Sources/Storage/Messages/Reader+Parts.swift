import Base
import Database
import Model
import Ports
import Rows

/// Lists of recipients' parts, by place: a page costs the same wherever it begins.
extension Reader {
    func parts(
        _ query: DeliveryQuery, _ personalities: PersonalityNumbers
    ) throws(DatabaseError) -> DeliveryPage {
        let walk = PartWalk(self, query, personalities)
        switch query.from {
        case .latest:
            let found = try walk.older(than: nil, limit: query.limit + 1)
            return page(found.prefix(query.limit), hasOlder: found.count > query.limit, hasNewer: false)
        case .after(let place):
            let found = try walk.older(than: place, limit: query.limit + 1)
            let newer = try found.first.map { first throws(DatabaseError) in try walk.newer(than: first.id, limit: 1) }
            return page(
                found.prefix(query.limit), hasOlder: found.count > query.limit, hasNewer: newer?.isEmpty == false)
        case .before(let place):
            let found = try walk.newer(than: place, limit: query.limit + 1)
            let shown = found.prefix(query.limit).reversed()
            let hasOlder = try shown.last.map { part throws(DatabaseError) in
                try !walk.older(than: part.id, limit: 1).isEmpty
            }
            return page(shown, hasOlder: hasOlder ?? false, hasNewer: found.count > query.limit)
        }
    }

    private func page(
        _ parts: some Sequence<DeliveryPage.Part>, hasOlder: Bool, hasNewer: Bool
    ) -> DeliveryPage {
        DeliveryPage(parts: Array(parts), hasOlder: hasOlder, hasNewer: hasNewer)
    }

    /// An owner's messages from one on, older or newer.
    static func partsSQL(older: Bool) -> String {
        let (sign, order) = older ? ("<=", "DESC") : (">=", "ASC")
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
    let personalities: PersonalityNumbers

    init(_ reader: Reader, _ query: DeliveryQuery, _ personalities: PersonalityNumbers) {
        self.reader = reader
        self.query = query
        self.personalities = personalities
    }

    /// The latest first.
    func older(than place: DeliveryID?, limit: Int) throws(DatabaseError) -> [DeliveryPage.Part] {
        try parts(from: place?.message.value ?? Int64.max, isOlder: true, limit: limit) { part in
            place.map { part < $0 } ?? true
        }
    }

    /// The oldest first.
    func newer(than place: DeliveryID, limit: Int) throws(DatabaseError) -> [DeliveryPage.Part] {
        try parts(from: place.message.value, isOlder: false, limit: limit) { $0 > place }
    }

    /// A message that the place lies in is looked at too, for the parts of it on this side. Messages are read in
    /// batches, as most of what a filter refuses need not be read whole.
    private func parts(
        from first: Int64, isOlder: Bool, limit: Int, _ isBeyond: (DeliveryID) -> Bool
    ) throws(DatabaseError) -> [DeliveryPage.Part] {
        let list = try reader.connection.prepare(Reader.partsSQL(older: isOlder), "list messages by place")
        var found: [DeliveryPage.Part] = []
        var next = first
        var left = StorageLimits.rowsPerFilteredList
        while found.count < limit, left > 0 {
            let batch = min(query.filter.isEmpty ? limit + 1 : StorageLimits.rowsPerBatch, left)
            let rows = try rows(list, from: next, limit: batch)
            for row in rows where found.count < limit { try take(row, isOlder, isBeyond, &found) }
            guard rows.count == batch, let last = rows.last else { break }
            next = isOlder ? last.id - 1 : last.id + 1
            left -= batch
        }
        return Array(found.prefix(limit))
    }

    private func rows(_ list: Statement, from first: Int64, limit: Int) throws(DatabaseError) -> [MessageRow] {
        list.bind(1, query.tenant.account.value)
        list.bind(2, personalities.number(query.tenant.origin) ?? -1)
        list.bind(3, first)
        list.bind(4, Int64(limit))
        var rows: [MessageRow] = []
        try list.forEach { rows.append(Reader.row($0, content: false)) }
        return rows
    }

    private func take(
        _ row: MessageRow, _ isOlder: Bool, _ isBeyond: (DeliveryID) -> Bool, _ found: inout [DeliveryPage.Part]
    ) throws(DatabaseError) {
        guard let submission = row.submission, query.filter.mayAdmit(submission, at: row.at) else { return }
        var row = row
        try reader.addState(to: &row)
        // A row that does not read back is left out of lists, as everywhere.
        guard let message = try? row.message(origin: query.tenant.origin) else { return }
        let places = isOlder ? Array(message.recipients.indices.reversed()) : Array(message.recipients.indices)
        for place in places {
            let part = DeliveryPage.Part(message: message, recipient: place)
            if isBeyond(part.id), query.filter.admits(message, recipient: place) { found.append(part) }
        }
    }
}
