import Base
public import Crypto
public import Model
public import Ports
import Synchronization

/// Accounts, keys and domains in memory, for the checks of every request.
///
/// Loaded at start, and changed by what the store tells of its commits alone. Any thread: reads copy out immutable
/// objects under a lock held for nanoseconds.
public final class Directory: FactObserver {
    /// A key with its account. Immutable: a change replaces it.
    public final class Credential: Sendable {
        public let key: AccessKey
        public let account: Account
        /// The account is suspended, or one that it is a sub-account of.
        public let isSuspended: Bool
        public let lastUse: LastUse
        let digest: Digest256
        /// What a session's token says; nil for a key.
        public let session: WebSession?

        init(
            key: AccessKey, account: Account, isSuspended: Bool, lastUse: LastUse, digest: Digest256,
            session: WebSession? = nil
        ) {
            self.key = key
            self.account = account
            self.isSuspended = isSuspended
            self.lastUse = lastUse
            self.digest = digest
            self.session = session
        }
    }

    private struct DomainName: Hashable {
        let account: Account.ID
        let name: String
    }

    private struct Tables {
        var accounts: [Account.ID: Account] = [:]
        var keys: [AccessKey.ID: StoredKey] = [:]
        var lastUses: [AccessKey.ID: LastUse] = [:]
        var keysOfAccount: [Account.ID: Set<AccessKey.ID>] = [:]
        var subAccounts: [Account.ID: Set<Account.ID>] = [:]
        /// By the secret's digest. A timing of the look-up says something about digests, which nobody can aim at.
        var credentials: [Digest256: Credential] = [:]
        var domains: [MailDomain.ID: MailDomain] = [:]
        var domainsByName: [DomainName: MailDomain.ID] = [:]
        /// The domains' own names for reports, each with who has it: two accounts may hold one domain.
        var returnPaths: [String: Set<MailDomain.ID>] = [:]
    }

    private let tables: Mutex<Tables>

    public init(_ image: DirectoryImage) {
        var tables = Tables()
        for account in image.accounts { Self.insert(account, into: &tables) }
        for key in image.keys { Self.insert(key, into: &tables) }
        for domain in image.domains { Self.insert(domain, into: &tables) }
        self.tables = Mutex(tables)
    }

    // MARK: Look-ups

    /// The key whose secret has this SHA-256, revoked and expired ones included; nil for none.
    public func credential(digest: Digest256) -> Credential? {
        guard let found = tables.withLock({ $0.credentials[digest] }) else { return nil }
        return ConstantTime.equal(found.digest, digest) ? found : nil
    }

    public func account(_ id: Account.ID) -> Account? { tables.withLock { $0.accounts[id] } }

    /// Whether the account, or one that it is a sub-account of, is suspended; nil for no account of ours.
    public func isSuspended(_ id: Account.ID) -> Bool? {
        tables.withLock { tables in tables.accounts[id].map { Self.isSuspended($0, tables) } }
    }

    public func key(_ id: AccessKey.ID) -> AccessKey? { tables.withLock { Self.key(id, $0) } }

    /// The account's keys, oldest first, revoked and expired ones included.
    public func keys(of account: Account.ID) -> [AccessKey] {
        tables.withLock { tables in
            (tables.keysOfAccount[account] ?? []).compactMap { Self.key($0, tables) }.sorted { $0.id < $1.id }
        }
    }

    /// The account's domain of that name, which is lower case.
    public func domain(_ name: String, of account: Account.ID) -> MailDomain? {
        tables.withLock { tables in
            tables.domainsByName[DomainName(account: account, name: name)].flatMap { tables.domains[$0] }
        }
    }

    public func domain(_ id: MailDomain.ID) -> MailDomain? { tables.withLock { $0.domains[id] } }

    /// Whether a domain has this name, in lower case, as its own for reports.
    public func isReturnPath(_ name: String) -> Bool { tables.withLock { $0.returnPaths[name] != nil } }

    /// In the order in which they were added.
    public func domains(of account: Account.ID) -> [MailDomain] {
        tables.withLock { $0.domains.values.filter { $0.account == account } }.sorted { $0.id < $1.id }
    }

    /// The nearest domain around a host's name that mail may be sent from, whosever it is; of several accounts' the
    /// oldest.
    func sendingDomain(around host: String) -> MailDomain? {
        let all = tables.withLock { Array($0.domains.values) }
        let fitting = all.filter { $0.maySend && (host == $0.name || host.hasSuffix("." + $0.name)) }
        return fitting.min { ($1.name.utf8.count, $0.id.value) < ($0.name.utf8.count, $1.id.value) }
    }

    /// In the order in which they were made.
    public func subAccounts(of parent: Account.ID) -> [Account] {
        tables.withLock { tables in (tables.subAccounts[parent] ?? []).compactMap { tables.accounts[$0] } }
            .sorted { $0.id < $1.id }
    }

    public var accounts: [Account] { tables.withLock { $0.accounts.values.sorted { $0.id < $1.id } } }
    public var keys: [AccessKey] {
        tables.withLock { tables in tables.keys.keys.compactMap { Self.key($0, tables) }.sorted { $0.id < $1.id } }
    }
    public var domains: [MailDomain] { tables.withLock { $0.domains.values.sorted { $0.id < $1.id } } }

    // MARK: Changes that are on disk

    /// Called by the store: what callers changed, in the order of the commits.
    public func committed(_ facts: [StoreFact]) {
        tables.withLock { tables in
            for fact in facts {
                switch fact {
                case .directory(let change, let serial): Self.apply(change, serial, to: &tables)
                case .domain(let change, let serial): Self.apply(change, MailDomain.ID(serial), to: &tables)
                case .webhook, .webhookRemoved: break
                }
            }
        }
    }

    private static func apply(_ change: DirectoryChange, _ serial: Int64, to tables: inout Tables) {
        switch change {
        case .createAccount(let name, let parent, let at):
            let account = Account(id: Account.ID(serial), name: name, parent: parent, state: .active, createdAt: at)
            insert(account, into: &tables)
        case .setAccountState(let id, let state):
            guard var account = tables.accounts[id] else { return }
            account.state = state
            insert(account, into: &tables)
            renewKeys(of: id, in: &tables)
        case .removeAccount(let id, at: _): remove(id, from: &tables)
        case .createKey(let key, atMost: _): insert(key, AccessKey.ID(serial), into: &tables)
        case .revokeKey(let id, let at): revoke(id, at, in: &tables)
        // Memory heard of it first.
        case .noteKeyUse, .setKeyCheck: break
        case .changeKey(let id, let edit, let at): update(id, in: &tables) { $0 = $0.edited(edit, at: at) }
        case .replaceKey(let old, let new, let at):
            revoke(old, at, in: &tables)
            insert(new, AccessKey.ID(serial), into: &tables)
        }
    }

    private static func apply(_ change: DomainChange, _ id: MailDomain.ID, to tables: inout Tables) {
        switch change {
        case .create(var domain, atMost: _):
            domain.id = id
            insert(domain, into: &tables)
        case .remove: remove(id, from: &tables)
        case .setProof, .recordCheck, .edit, .changeKeys:
            guard var domain = tables.domains[id] else { return }
            change.apply(to: &domain)
            insert(domain, into: &tables)
        }
    }

    private static func remove(_ id: Account.ID, from tables: inout Tables) {
        for key in tables.keysOfAccount.removeValue(forKey: id) ?? [] {
            if let stored = tables.keys.removeValue(forKey: key) { tables.credentials[stored.digest] = nil }
            tables.lastUses[key] = nil
        }
        for domain in tables.domains.values.filter({ $0.account == id }) { remove(domain.id, from: &tables) }
        if let parent = tables.accounts.removeValue(forKey: id)?.parent { tables.subAccounts[parent]?.remove(id) }
        tables.subAccounts[id] = nil
    }

    private static func remove(_ id: MailDomain.ID, from tables: inout Tables) {
        forgetReturnPath(of: id, in: &tables)
        guard let domain = tables.domains.removeValue(forKey: id) else { return }
        tables.domainsByName[DomainName(account: domain.account, name: domain.name)] = nil
        for key in tables.keysOfAccount[domain.account] ?? [] {
            update(key, in: &tables) { $0.scopes = ScopeVocabulary.without(domain: domain.name, $0.scopes) }
        }
    }

    /// One that is revoked already stays as it was.
    private static func revoke(_ id: AccessKey.ID, _ instant: Instant, in tables: inout Tables) {
        update(id, in: &tables) { $0.revokedAt = $0.revokedAt ?? instant }
    }

    private static func update(_ id: AccessKey.ID, in tables: inout Tables, _ body: (inout AccessKey) -> Void) {
        guard var key = tables.keys[id] else { return }
        body(&key.key)
        insert(key, into: &tables)
    }

    private static func insert(_ key: StoredKey, _ id: AccessKey.ID, into tables: inout Tables) {
        var key = key
        key.key.id = id
        insert(key, into: &tables)
    }

    private static func insert(_ account: Account, into tables: inout Tables) {
        tables.accounts[account.id] = account
        if let parent = account.parent { tables.subAccounts[parent, default: []].insert(account.id) }
    }

    private static func insert(_ key: StoredKey, into tables: inout Tables) {
        let id = key.key.id
        tables.keys[id] = key
        tables.keysOfAccount[key.key.account, default: []].insert(id)
        let lastUse = tables.lastUses[id] ?? LastUse(key.key.lastUsedAt)
        tables.lastUses[id] = lastUse
        guard let account = tables.accounts[key.key.account] else { return }
        tables.credentials[key.digest] = Credential(
            key: key.key, account: account, isSuspended: isSuspended(account, tables), lastUse: lastUse,
            digest: key.digest)
    }

    /// What is said of an account holds for its sub-accounts' keys too.
    private static func renewKeys(of account: Account.ID, in tables: inout Tables) {
        for id in tables.keysOfAccount[account] ?? [] {
            if let key = tables.keys[id] { insert(key, into: &tables) }
        }
        for child in tables.subAccounts[account] ?? [] { renewKeys(of: child, in: &tables) }
    }

    /// A parent exists before its sub-accounts, so there is no circle.
    private static func isSuspended(_ account: Account, _ tables: Tables) -> Bool {
        if account.state != .active { return true }
        return account.parent.flatMap { tables.accounts[$0] }.map { isSuspended($0, tables) } ?? false
    }

    private static func key(_ id: AccessKey.ID, _ tables: Tables) -> AccessKey? {
        guard var key = tables.keys[id]?.key else { return nil }
        key.lastUsedAt = tables.lastUses[id]?.instant
        return key
    }

    private static func forgetReturnPath(of id: MailDomain.ID, in tables: inout Tables) {
        guard let name = tables.domains[id]?.options.returnPath else { return }
        tables.returnPaths[name]?.remove(id)
        if tables.returnPaths[name]?.isEmpty == true { tables.returnPaths[name] = nil }
    }

    private static func insert(_ domain: MailDomain, into tables: inout Tables) {
        forgetReturnPath(of: domain.id, in: &tables)
        if let name = domain.options.returnPath { tables.returnPaths[name, default: []].insert(domain.id) }
        tables.domains[domain.id] = domain
        tables.domainsByName[DomainName(account: domain.account, name: domain.name)] = domain.id
    }
}
