import Base
import Crypto
import Database
import Model
import Ports

/// Changes of accounts and keys: rare, so their statements are prepared each time.
struct DirectoryChanges {
    let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func apply(_ change: DirectoryChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .createAccount(let name, let parent, let at): try createAccount(name, parent, at)
        case .setAccountState(let account, let state): try setState(account, state)
        case .removeAccount(let account, let at): try AccountRemoval(connection, account).run(at: at)
        case .createKey(let key, let limit): try createKey(key, atMost: limit)
        case .revokeKey(let key, let at): try revokeKey(key, at)
        case .setKeyCheck(let sealed): try setKeyCheck(sealed)
        case .noteKeyUse(let uses): try noteUse(uses)
        case .changeKey(let key, let edit, let at): try changeKey(key, edit, at)
        case .replaceKey(let old, let new, let at): try replaceKey(old, new, at)
        }
    }

    private func createAccount(
        _ name: String, _ parent: Account.ID?, _ at: Instant
    ) throws(DatabaseError) -> ChangeOutcome {
        if let parent, try !exists(Self.isThere, parent.value) {
            return .refused(.notFound(.account))
        }
        let insert = try connection.prepare(
            "INSERT INTO account (name, parent, state, created) VALUES (?, ?, ?, ?) RETURNING id", "create an account")
        insert.bind(1, name)
        insert.bind(2, parent?.value)
        insert.bind(3, Account.State.active.rawValue)
        insert.bind(4, at.nanoseconds)
        guard let id = try insert.first({ $0.integer(0) }) else {
            return .refused(.internalError(incident: "no row was made"))
        }
        let place = try connection.prepare(
            """
            UPDATE account SET cell = ifnull((SELECT p.cell FROM account p WHERE p.id = account.parent), ?2)
            WHERE id = ?1
            """, "place an account")
        place.bind(1, id)
        place.bind(2, Int64(Cell(hashing: Account.ID(id)).value))
        try place.run()
        return .done(serial: id)
    }

    private static let isBeingRemoved = "SELECT 1 FROM account WHERE id = ? AND state = 'removing'"
    /// One that is being removed is as good as gone to whoever adds to it.
    private static let isThere = "SELECT 1 FROM account WHERE id = ? AND state NOT IN ('removing', 'removed')"

    private func setState(_ account: Account.ID, _ state: Account.State) throws(DatabaseError) -> ChangeOutcome {
        let isLast = try exists(Self.isBeingRemoved, account.value)
        let isParent = try exists("SELECT 1 FROM account WHERE parent = ? LIMIT 1", account.value)
        guard !isLast, !isParent || state != .removing else {
            return .refused(.wrongState(.account, state: .underWay, operation: .edit))
        }
        let update = try connection.prepare(
            "UPDATE account SET state = ? WHERE id = ? AND state <> 'removed' RETURNING id", "change an account")
        update.bind(1, state.rawValue)
        update.bind(2, account.value)
        return try serial(update, absent: .notFound(.account))
    }

    func createKey(_ stored: StoredKey, atMost limit: Int = .max) throws(DatabaseError) -> ChangeOutcome {
        let key = stored.key
        guard try exists(Self.isThere, key.account.value) else {
            return .refused(.notFound(.account))
        }
        let known = try connection.prepare("SELECT 1 FROM access_key WHERE digest = ?", "look for a key")
        known.bind(1, stored.digest.bytes)
        if try known.first({ _ in true }) == true { return .refused(.alreadyExists(.key, field: "secret")) }
        if let user = key.user, try isTaken(user, key.personality) {
            return .refused(.alreadyExists(.smtpCredential, field: "user"))
        }
        if limit < .max {
            let count = try goodKeys(like: key)
            guard count < limit else {
                return .refused(.planLimitReached(.key, current: count, maximum: limit, plan: ""))
            }
        }
        let insert = try connection.prepare(
            """
            INSERT INTO access_key (account, personality, kind, mode, scopes, domains, networks, label, prefix, digest,
            created, expires, user) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
            """, "create a key")
        insert.bind(1, key.account.value)
        insert.bind(2, key.personality.name)
        insert.bind(3, key.kind.rawValue)
        insert.bind(4, key.mode.rawValue)
        insert.bind(5, Words.join(key.scopes))
        insert.bind(6, Words.join(key.domains))
        insert.bind(7, Words.join(key.allowedNetworks.map(\.description)))
        insert.bind(8, key.label)
        insert.bind(9, key.prefix)
        insert.bind(10, stored.digest.bytes)
        insert.bind(11, key.createdAt.nanoseconds)
        insert.bind(12, key.expiresAt?.nanoseconds)
        insert.bind(13, key.user)
        return try serial(insert)
    }

    private func goodKeys(like key: AccessKey) throws(DatabaseError) -> Int {
        let count = try connection.prepare(
            """
            SELECT count(*) FROM access_key WHERE account = ? AND personality = ? AND revoked IS NULL
            AND (expires IS NULL OR expires > ?)
            """, "count keys")
        count.bind(1, key.account.value)
        count.bind(2, key.personality.name)
        count.bind(3, key.createdAt.nanoseconds)
        return Int(try count.first { $0.integer(0) } ?? 0)
    }

    private func revokeKey(_ key: AccessKey.ID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        let update = try connection.prepare(
            "UPDATE access_key SET revoked = coalesce(revoked, ?) WHERE id = ? RETURNING id", "revoke a key")
        update.bind(1, at.nanoseconds)
        update.bind(2, key.value)
        return try serial(update, absent: .notFound(.key))
    }

    func exists(_ sql: String, _ id: Int64) throws(DatabaseError) -> Bool {
        let statement = try connection.prepare(sql, "look for a row")
        statement.bind(1, id)
        return try statement.first { _ in true } ?? false
    }

    /// The id that a RETURNING clause gives; `absent` where no row was touched.
    func serial(_ statement: Statement, absent: KernelFailure? = nil) throws(DatabaseError) -> ChangeOutcome {
        if let id = try statement.first({ $0.integer(0) }) { return .done(serial: id) }
        return .refused(absent ?? .internalError(incident: "no row was made"))
    }
}
