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
        return try query.slice.page { window throws(DatabaseError) in try walk.parts(window) { false } }
    }

    /// The same; nil where `isLate` says so before its end.
    func parts(
        _ query: DeliveryQuery, _ personalities: PersonalityNumbers, isLate: () -> Bool
    ) throws(DatabaseError) -> Page<DeliveryPart>? {
        let walk = PartWalk(reader: self, query: query, origin: personalities.number(query.tenant.origin) ?? -1)
        var isCut = false
        let page = try query.slice.page { window throws(DatabaseError) in
            try walk.parts(window) {
                isCut = isCut || isLate()
                return isCut
            }
        }
        return isCut ? nil : page
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
struct PartWalk {
    let reader: Reader
    let query: DeliveryQuery
    let origin: Int64

    /// A message that the place lies in is looked at too, for the parts of it on this side. Messages are read one after
    /// the other until the page is full: one may have a hundred parts.
    func parts(_ window: ListWindow, isLate: () -> Bool) throws(DatabaseError) -> [DeliveryPart] {
        let list = try reader.connection.prepare(
            Reader.partsSQL(isBackward: window.isBackward), "list messages by place")
        let wanted = window.offset + min(window.limit, StorageLimits.rowsPerFilteredList)
        list.bind(1, query.tenant.account.value)
        list.bind(2, origin)
        list.bind(3, DeliveryID(packed: window.place).message.value)
        list.bind(4, Int64(StorageLimits.rowsPerFilteredList))
        defer { list.reset() }
        var found: [DeliveryPart] = []
        while found.count < wanted, !isLate(), try list.step() {
            try take(reader.row(list, content: false), window, wanted, &found)
        }
        return Array(found.dropFirst(window.offset).prefix(window.limit))
    }

    /// The same of those messages alone that the index says may have such parts.
    func parts(
        _ window: ListWindow, of matches: ListMatches, isLate: () -> Bool
    ) throws(DatabaseError) -> [DeliveryPart] {
        let wanted = window.offset + window.limit
        let message = DeliveryID(packed: window.place).message.value
        let place = window.isBackward ? message - 1 : message + 1
        var found: [DeliveryPart] = []
        try matches.walk(isBackward: window.isBackward, place: place) { id throws(DatabaseError) in
            if let row = try reader.head(id) { try take(row, window, wanted, &found) }
            return found.count < wanted && !isLate()
        }
        return Array(found.dropFirst(window.offset).prefix(window.limit))
    }

    private func take(
        _ row: MessageRow, _ window: ListWindow, _ wanted: Int, _ found: inout [DeliveryPart]
    ) throws(DatabaseError) {
        guard let submission = row.submission, query.filter.mayAdmit(submission, at: row.at) else { return }
        var row = row
        try reader.addState(to: &row)
        // A row that does not read back is left out of lists, as everywhere.
        guard let message = try? row.message(origin: query.tenant.origin) else { return }
        let events = PartEvents(message)
        let places = Array(message.recipients.indices)
        for place in window.isBackward ? places : places.reversed() where found.count < wanted {
            guard window.admits(DeliveryID(message: message.id, recipient: place).packed) else { continue }
            let part = DeliveryPart(message: events.message(for: place), recipient: place)
            if query.filter.admits(part.message, recipient: place) { found.append(part) }
        }
    }
}

/// The events of a message by the recipients whom they are about, so that who shows a part need not look through those
/// of all the others.
private struct PartEvents {
    private let message: Message
    private var ofRecipient: [[MailEvent]]
    private var ofMessage: [MailEvent] = []

    init(_ message: Message) {
        ofRecipient = Array(repeating: [], count: message.recipients.count)
        for event in message.events {
            if let place = event.recipient {
                if ofRecipient.indices.contains(place) { ofRecipient[place].append(event) }
            } else {
                ofMessage.append(event)
            }
        }
        self.message = message
    }

    /// With the events of the recipient at a place and those of the whole message, in their order.
    func message(for place: Int) -> Message {
        guard message.recipients.count > 1 else { return message }
        var part = message
        part.events = (ofMessage + ofRecipient[place]).sorted { $0.id < $1.id }
        return part
    }
}
