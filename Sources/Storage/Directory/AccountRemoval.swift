import Base
import Database
import Model
import Ports

/// The last of an account that is being removed, in one transaction: what there is little of. Messages, relays and
/// records went before, a slice at a time (`Removal`).
///
/// Rows whose number is known elsewhere stay, empty: an account's or a key's number is never given to another.
struct AccountRemoval {
    private let connection: Connection
    private let account: Int64

    init(_ connection: Connection, _ account: Account.ID) {
        self.connection = connection
        self.account = account.value
    }

    func run(at: Instant) throws(DatabaseError) -> ChangeOutcome {
        guard try isThere("SELECT 1 FROM account WHERE id = ?1 AND state = 'removing'") else {
            return .refused(.wrongState(.account, state: .underWay, operation: .remove))
        }
        for sql in Self.large where try isThere(sql) {
            return .refused(.wrongState(.account, state: .underWay, operation: .remove))
        }
        try removeFacets()
        for sql in Self.rows { try run(sql) }
        let keys = try connection.prepare(
            """
            UPDATE access_key SET revoked = coalesce(revoked, ?2), scopes = '', domains = '', networks = '', label = '',
            prefix = '', user = NULL WHERE account = ?1
            """, "empty the keys of an account")
        keys.bind(1, account)
        keys.bind(2, at.nanoseconds)
        try keys.run()
        try run("UPDATE account SET state = 'removed', name = '', parent = NULL WHERE id = ?1")
        return .done(serial: account)
    }

    /// What goes in slices, and has to be gone.
    private static let large = [
        "SELECT 1 FROM personality p JOIN message m ON m.origin = p.id AND m.account = ?1 LIMIT 1",
        "SELECT 1 FROM personality p JOIN relay r ON r.origin = p.id AND r.account = ?1 LIMIT 1",
        """
        SELECT 1 FROM record_collection c JOIN record r ON r.collection = c.id AND r.account = ?1
        AND r.state <> '' LIMIT 1
        """,
    ]

    /// In an order that no reference stands in the way of.
    private static let rows =
        [
            "DELETE FROM suppression WHERE account = ?1",
            "DELETE FROM failure_run WHERE account = ?1",
            "DELETE FROM template_version WHERE template IN (SELECT id FROM template WHERE account = ?1)",
            "DELETE FROM template WHERE account = ?1",
            "DELETE FROM relay_secret WHERE account = ?1",
            "DELETE FROM message_count WHERE account = ?1",
            "DELETE FROM record_mark WHERE collection IN (SELECT id FROM record_collection) AND account = ?1",
            "DELETE FROM quota WHERE owner = 'account' AND id = ?1",
            "DELETE FROM quota_usage WHERE owner = 'account' AND id = ?1",
            "DELETE FROM key_use WHERE key IN (SELECT id FROM access_key WHERE account = ?1)",
        ]
        + ["quota", "quota_usage"].map {
            "DELETE FROM \($0) WHERE owner = 'domain' AND id IN (SELECT id FROM domain WHERE account = ?1)"
        }
        + ["domain_record", "domain_facet", "signing_key"].map {
            "DELETE FROM \($0) WHERE domain IN (SELECT id FROM domain WHERE account = ?1)"
        } + ["DELETE FROM domain WHERE account = ?1"]

    /// Those of rows that are an account's own; suppressions' before these are gone.
    private func removeFacets() throws(DatabaseError) {
        let rows: [(Facet.Kind, String)] = [
            (.account, "SELECT ?1"), (.key, "SELECT id FROM access_key WHERE account = ?1"),
            (.smtpCredential, "SELECT id FROM access_key WHERE account = ?1"),
            (.webhook, "SELECT id FROM webhook WHERE account = ?1"),
            (.suppression, "SELECT id FROM suppression WHERE account = ?1"),
        ]
        for (kind, sql) in rows { try run("DELETE FROM facet WHERE kind = \(kind.rawValue) AND row IN (\(sql))") }
    }

    private func isThere(_ sql: String) throws(DatabaseError) -> Bool {
        let statement = try connection.prepare(sql, "look for what is left of an account")
        statement.bind(1, account)
        return try statement.first { _ in true } ?? false
    }

    private func run(_ sql: String) throws(DatabaseError) {
        let statement = try connection.prepare(sql, "remove an account")
        statement.bind(1, account)
        try statement.run()
    }
}
