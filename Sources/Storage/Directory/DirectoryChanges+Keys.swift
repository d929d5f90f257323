import Base
import Database
import Model
import Ports

extension DirectoryChanges {
    /// One row for each key that was ever used, apart from the key's own: it changes often, the key hardly ever.
    func noteUse(_ uses: [AccessKey.ID: Instant]) throws(DatabaseError) -> ChangeOutcome {
        let note = try connection.prepare(
            """
            INSERT INTO key_use (key, at) SELECT id, ?2 FROM access_key WHERE id = ?1
            ON CONFLICT DO UPDATE SET at = max(at, ?2)
            """, "note a key's use")
        for (key, at) in uses.sorted(by: { $0.key < $1.key }) {
            note.bind(1, key.value)
            note.bind(2, at.nanoseconds)
            try note.run()
        }
        return .done(serial: 0)
    }

    func setKeyCheck(_ sealed: [UInt8]) throws(DatabaseError) -> ChangeOutcome {
        let set = try connection.prepare(
            "INSERT INTO key_check (id, sealed) VALUES (1, ?1) ON CONFLICT DO UPDATE SET sealed = ?1",
            "keep the key file's check value")
        set.bind(1, sealed)
        try set.run()
        return .done(serial: 0)
    }

    func changeKey(_ key: AccessKey.ID, _ edit: AccessKey.Edit, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        let update = try connection.prepare(
            """
            UPDATE access_key SET label = coalesce(?2, label), scopes = coalesce(?3, scopes),
            networks = coalesce(?4, networks), changed = ?5 WHERE id = ?1 AND revoked IS NULL RETURNING id
            """, "change a key")
        update.bind(1, key.value)
        update.bind(2, edit.label)
        update.bind(3, edit.scopes.map(Words.join))
        update.bind(4, edit.networks.map { Words.join($0.map(\.description)) })
        update.bind(5, at.nanoseconds)
        return try serial(update, absent: .notFound(.key))
    }

    /// Whether a key that is not revoked has this user name with the personality.
    func isTaken(_ user: String, _ personality: PersonalityID) throws(DatabaseError) -> Bool {
        let look = try connection.prepare(
            "SELECT 1 FROM access_key WHERE personality = ? AND user = ? AND revoked IS NULL", "look for a user")
        look.bind(1, personality.name)
        look.bind(2, user)
        return try look.first { _ in true } ?? false
    }

    func replaceKey(_ old: AccessKey.ID, _ new: StoredKey, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        guard try exists("SELECT 1 FROM access_key WHERE id = ? AND revoked IS NULL", old.value) else {
            return .refused(.notFound(.key))
        }
        let outcome = try createKey(new)
        guard case .done = outcome else { return outcome }
        let revoke = try connection.prepare("UPDATE access_key SET revoked = ? WHERE id = ?", "revoke a key")
        revoke.bind(1, at.nanoseconds)
        revoke.bind(2, old.value)
        try revoke.run()
        return outcome
    }
}
