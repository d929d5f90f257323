import Base
import Database
import Model
import Rows

/// The retry policies that deliveries name by number. A new one is written in the transaction that first needs it. The
/// writer thread's own.
final class RetryPolicies {
    private let insert: Statement
    private var numbers: [RetryPolicy: Int64]
    private var byNumber: [Int64: RetryPolicy]
    private var latest: Int64
    /// Of the open transaction:
    private var fresh: [RetryPolicy] = []

    init(_ connection: Connection) throws(DatabaseError) {
        insert = try connection.prepare("INSERT INTO retry_policy (id, record) VALUES (?, ?)", "keep a retry policy")
        numbers = [:]
        latest = 0
        byNumber = try Self.all(connection)
        for (number, policy) in byNumber {
            numbers[policy] = number
            latest = max(latest, number)
        }
    }

    /// All of them, by number; one that does not read back is left out, and its deliveries take the standard one.
    static func all(_ connection: Connection) throws(DatabaseError) -> [Int64: RetryPolicy] {
        var policies: [Int64: RetryPolicy] = [0: .mail]
        try connection.prepare("SELECT id, record FROM retry_policy", "read retry policies").forEach { row in
            policies[row.integer(0)] = try? RetryPolicyRecord.policy(row.bytes(1))
        }
        return policies
    }

    func number(_ policy: RetryPolicy) throws(DatabaseError) -> Int64 {
        if let number = numbers[policy] { return number }
        latest += 1
        insert.bind(1, latest)
        insert.bind(2, RetryPolicyRecord.record(policy))
        try insert.run()
        numbers[policy] = latest
        byNumber[latest] = policy
        fresh.append(policy)
        return latest
    }

    /// The one with this number; the standard one where it did not read back.
    func policy(_ number: Int64) -> RetryPolicy { byNumber[number] ?? .mail }

    func committed() { fresh.removeAll() }

    /// A number that was given out and not written is given out again.
    func rolledBack() {
        for policy in fresh { numbers[policy] = nil }
        latest -= Int64(fresh.count)
        fresh.removeAll()
    }
}
