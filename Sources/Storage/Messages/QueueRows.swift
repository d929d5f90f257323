import Base
import Database
import Model
import Ports
import Rows

/// Deliveries that are not finished: the queue's rows. The writer thread's own.
final class QueueRows {
    private let connection: Connection
    private let insert: Statement
    private let remove: Statement
    private let wait: Statement
    private let removeAll: Statement
    private let moveAll: Statement
    private let simulation: Statement
    private let attempts: Statement
    private let attemptsOf: Statement
    private let policies: RetryPolicies
    private let personalities: PersonalityNumbers
    /// Queued by the open transaction.
    private var fresh: [PendingDelivery] = []

    init(
        _ connection: Connection, policies: RetryPolicies, personalities: PersonalityNumbers
    ) throws(DatabaseError) {
        self.connection = connection
        self.policies = policies
        self.personalities = personalities
        insert = try connection.prepare(
            """
            INSERT INTO delivery (id, due, attempts, destination, simulation, account, origin, policy, expires)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, "insert a delivery")
        remove = try connection.prepare("DELETE FROM delivery WHERE id = ?", "finish a delivery")
        wait = try connection.prepare(
            "UPDATE delivery SET due = ?2, attempts = ?3 WHERE id = ?1", "defer a delivery")
        removeAll = try connection.prepare("DELETE FROM delivery WHERE id BETWEEN ? AND ?", "cancel deliveries")
        moveAll = try connection.prepare(
            "UPDATE delivery SET due = ?3 WHERE id BETWEEN ?1 AND ?2", "move deliveries")
        simulation = try connection.prepare("SELECT simulation FROM delivery WHERE id = ?", "look at a delivery")
        attempts = try connection.prepare(
            """
            SELECT EXISTS (SELECT 1 FROM delivery WHERE id BETWEEN ?1 AND ?2),
            EXISTS (SELECT 1 FROM event WHERE message = ?3 AND recipient IS NOT NULL AND kind NOT IN (?4, ?5, ?6))
            """, "look for attempts")
        attemptsOf = try connection.prepare("SELECT attempts FROM delivery WHERE id = ?", "look for a part's attempts")
    }

    // MARK: Facts

    /// How a queued delivery ends; nil where it is not queued.
    func simulation(of id: DeliveryID) throws(DatabaseError) -> SimulatedOutcome? {
        simulation.bind(1, id.packed)
        return try simulation.first { SimulatedOutcome(code: $0.integer(0)) }
    }

    func attempts(at message: Message.ID) throws(DatabaseError) -> AttemptFacts {
        let range = DeliveryID.range(of: message)
        attempts.bind(1, range.lowerBound)
        attempts.bind(2, range.upperBound)
        attempts.bind(3, message.value)
        attempts.bind(4, Int64(MailEvent.Kind.suppressed.rawValue))
        attempts.bind(5, Int64(MailEvent.Kind.accepted.rawValue))
        attempts.bind(6, Int64(MailEvent.Kind.cancelled.rawValue))
        let found = try attempts.first { AttemptFacts(isQueued: $0.integer(0) == 1, wasTried: $0.integer(1) == 1) }
        return found ?? AttemptFacts(isQueued: false, wasTried: false)
    }

    /// nil where it is not queued.
    func attempts(of part: DeliveryID) throws(DatabaseError) -> Int? {
        attemptsOf.bind(1, part.packed)
        return try attemptsOf.first { Int($0.integer(0)) }
    }

    // MARK: Writing

    func add(_ recipient: Int, of message: EncodedMessage.Envelope, _ id: Message.ID) throws(DatabaseError) {
        let address = message.recipients[recipient].address
        let simulation = message.recipients[recipient].simulation
        let delivery = PendingDelivery(
            id: DeliveryID(message: id, recipient: recipient), due: message.due + simulation.delay, attempts: 0,
            destination: address.domain, simulation: simulation,
            account: message.account, origin: message.origin, policy: message.retries, expires: message.expires)
        insert.bind(1, delivery.id.packed)
        insert.bind(2, delivery.due.nanoseconds)
        insert.bind(3, 0)
        insert.bind(4, delivery.destination)
        insert.bind(5, delivery.simulation.code)
        insert.bind(6, delivery.account.value)
        insert.bind(7, personalities.number(message.origin) ?? 0)
        insert.bind(8, try policies.number(message.retries))
        insert.bind(9, delivery.expires.nanoseconds)
        try insert.run()
        fresh.append(delivery)
    }

    func write(_ change: SettleDecision.Queue, to id: DeliveryID) throws(DatabaseError) {
        switch change {
        case .remove:
            remove.bind(1, id.packed)
            try remove.run()
        case .wait(let due, let attempts):
            wait.bind(1, id.packed)
            wait.bind(2, due.nanoseconds)
            wait.bind(3, Int64(attempts))
            try wait.run()
        }
    }

    func removeAll(of message: Message.ID) throws(DatabaseError) {
        let range = DeliveryID.range(of: message)
        removeAll.bind(1, range.lowerBound)
        removeAll.bind(2, range.upperBound)
        try removeAll.run()
    }

    /// Makes all deliveries of a message due at another time; false where none is queued.
    func moveAll(of message: Message.ID, to due: Instant) throws(DatabaseError) -> Bool {
        let range = DeliveryID.range(of: message)
        moveAll.bind(1, range.lowerBound)
        moveAll.bind(2, range.upperBound)
        moveAll.bind(3, due.nanoseconds)
        try moveAll.run()
        return connection.changedRows > 0
    }

    /// Rows of these deliveries were written elsewhere (`DeadLetters`).
    func note(_ deliveries: [PendingDelivery]) { fresh += deliveries }

    // MARK: The transaction

    /// The deliveries that the committed transaction queued, once.
    func takeFresh() -> [PendingDelivery] {
        var taken: [PendingDelivery] = []
        swap(&taken, &fresh)
        return taken
    }

    func rollBack() { fresh.removeAll(keepingCapacity: true) }
}
