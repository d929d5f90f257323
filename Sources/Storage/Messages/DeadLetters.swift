import Base
import Database
import Model
import Ports

/// The rows of deliveries that were given up. The writer thread's own.
final class DeadLetters {
    private let keep: Statement
    private let take: Statement
    private let requeue: Statement
    private let remove: Statement
    private let policies: RetryPolicies
    private let personalities: PersonalityNumbers

    init(
        _ connection: Connection, policies: RetryPolicies, personalities: PersonalityNumbers
    ) throws(DatabaseError) {
        self.policies = policies
        self.personalities = personalities
        keep = try connection.prepare(
            """
            INSERT INTO dead_letter (id, at, attempts, destination, simulation, account, origin, policy)
            SELECT id, ?2, ?3, destination, simulation, account, origin, policy FROM delivery WHERE id = ?1
            """, "keep a dead letter")
        take = try connection.prepare(
            """
            SELECT id, destination, simulation, account, origin, policy FROM dead_letter
            WHERE id BETWEEN ? AND ? ORDER BY id
            """, "read dead letters")
        requeue = try connection.prepare(
            """
            INSERT INTO delivery (id, due, attempts, destination, simulation, account, origin, policy, expires)
            SELECT id, ?2, ?3, destination, simulation, account, origin, policy, ?4 FROM dead_letter WHERE id = ?1
            """, "queue a dead letter again")
        remove = try connection.prepare("DELETE FROM dead_letter WHERE id = ?", "remove a dead letter")
    }

    /// The delivery's row is still there.
    func add(_ settlement: Settlement) throws(DatabaseError) {
        keep.bind(1, settlement.id.packed)
        keep.bind(2, settlement.at.nanoseconds)
        keep.bind(3, Int64(settlement.attempts))
        try keep.run()
    }

    /// Queues those of a message again, due at once; the deliveries that now wait.
    func replay(_ message: Message.ID, at: Instant) throws(DatabaseError) -> [PendingDelivery] {
        let range = DeliveryID.range(of: message)
        take.bind(1, range.lowerBound)
        take.bind(2, range.upperBound)
        var deliveries: [PendingDelivery] = []
        try take.forEach { row in
            let policy = policies.policy(row.integer(5))
            deliveries.append(
                PendingDelivery(
                    id: DeliveryID(packed: row.integer(0)), due: at, attempts: Self.attemptsOfReplayed,
                    destination: row.text(1), simulation: SimulatedOutcome(code: row.integer(2)),
                    account: Account.ID(row.integer(3)), origin: personalities.id(row.integer(4)), policy: policy,
                    expires: at + policy.lifetime))
        }
        for delivery in deliveries {
            requeue.bind(1, delivery.id.packed)
            requeue.bind(2, delivery.due.nanoseconds)
            requeue.bind(3, Int64(delivery.attempts))
            requeue.bind(4, delivery.expires.nanoseconds)
            try requeue.run()
            remove.bind(1, delivery.id.packed)
            try remove.run()
        }
        return deliveries
    }

    /// It starts its waits anew, and yet is known as one that was tried.
    static let attemptsOfReplayed = 1
}
