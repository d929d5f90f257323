import Database
import Model
import Ports
import Rows

/// Accepts messages: reads what `AcceptDecision` needs to know, writes what it decides. The writer thread's own.
final class AcceptChanges {
    private let personalities: PersonalityNumbers
    private let messages: MessageRows
    private let claims: ClaimRows
    private let queue: QueueRows
    private let events: EventRows
    private let quotas: QuotaRows
    private let suppressions: SuppressionRows
    /// Deliveries that ended with their acceptance, since the start and on disk.
    private(set) var deliveredAtOnce: UInt64 = 0
    private var freshlyDelivered: UInt64 = 0

    init(
        personalities: PersonalityNumbers, messages: MessageRows, claims: ClaimRows, queue: QueueRows,
        events: EventRows, quotas: QuotaRows, suppressions: SuppressionRows
    ) {
        self.personalities = personalities
        self.messages = messages
        self.claims = claims
        self.queue = queue
        self.events = events
        self.quotas = quotas
        self.suppressions = suppressions
    }

    func accept(_ encoded: EncodedMessage) throws(DatabaseError) -> ChangeOutcome {
        let message = encoded.message
        let origin = personalities.number(message.origin)
        let facts = AcceptFacts(
            earlier: try message.idempotency.map { record throws(DatabaseError) in try claims.find(record.key) } ?? nil,
            isOriginKnown: origin != nil, suppressed: try suppressions.places(in: message))
        switch quotas.decide(message, facts) {
        case .refused(let failure): return .refused(failure)
        case .replayed(let earlier): return .accepted(Acceptance(message: earlier, replayed: true))
        case .overQuota(let shortfall): return .refused(try quotas.failure(shortfall, domain: message.domain))
        case .accepted(let beginning, let charge):
            let id = try messages.add(encoded, origin: origin ?? 0)
            if message.due > message.at { try quotas.note(charge, message: id) }
            try write(beginning, of: message, id)
            if let record = message.idempotency { try claims.add(record, for: id) }
            return .accepted(Acceptance(message: id, replayed: false))
        }
    }

    /// Reports of our own, which nothing is asked about: those that tell of something that applied.
    func accept(_ reports: [EncodedReport], on applied: [Bool]) throws(DatabaseError) {
        for report in reports where ReportDecision.isTold(report.settlements, applied: applied) {
            guard let origin = personalities.number(report.message.message.origin) else { continue }
            let message = report.message.message
            let id = try messages.add(report.message, origin: origin)
            let beginning = MessageBeginning(message.recipients, suppressed: [], at: message.at, due: message.due)
            try write(beginning, of: message, id)
        }
    }

    private func write(
        _ beginning: MessageBeginning, of message: EncodedMessage.Envelope, _ id: Message.ID
    ) throws(DatabaseError) {
        freshlyDelivered += UInt64(beginning.deliveredAtOnce)
        for step in beginning.steps {
            switch step {
            case .event(let event): try events.add(event, of: id)
            case .queue(let recipient): try queue.add(recipient, of: message, id)
            }
        }
    }

    // MARK: The transaction

    func committed() {
        deliveredAtOnce += freshlyDelivered
        freshlyDelivered = 0
    }

    func rollBack() { freshlyDelivered = 0 }
}
