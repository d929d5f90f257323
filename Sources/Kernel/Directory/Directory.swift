package import Base
package import Crypto
package import Model
package import Ports
import Synchronization

/// Accounts, keys and domains in memory, for the checks of every request.
///
/// Loaded at start and changed after each change is on disk. Any thread: reads copy out immutable objects under a lock
/// held for nanoseconds.
package final class Directory: Sendable {
    /// A key with its account. Immutable: a change replaces it.
    package final class Credential: Sendable {
        package let key: AccessKey
        package let account: Account
        /// The account is suspended, or one that it is a sub-account of.
        package let isSuspended: Bool
        package let lastUse: LastUse
        let digest: Digest256

        init(key: AccessKey, account: Account, isSuspended: Bool, lastUse: LastUse, digest: Digest256) {
            self.key = key
            self.account = account
            self.isSuspended = isSuspended
            self.lastUse = lastUse
            self.digest = digest
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

    package init(_ image: DirectoryImage) {
        var tables = Tables()
        for account in image.accounts { Self.insert(account, into: &tables) }
        for key in image.keys { Self.insert(key, into: &tables) }
        for domain in image.domains { Self.insert(domain, into: &tables) }
        self.tables = Mutex(tables)
    }

    // MARK: Look-ups

    /// The key whose secret has this SHA-256, revoked and expired ones included; nil for none.
    package func credential(digest: Digest256) -> Credential? {
        guard let found = tables.withLock({ $0.credentials[digest] }) else { return nil }
        return ConstantTime.equal(found.digest, digest) ? found : nil
    }

    package func account(_ id: Account.ID) -> Account? { tables.withLock { $0.accounts[id] } }

    /// Whether the account, or one that it is a sub-account of, is suspended; nil for no account of ours.
    package func isSuspended(_ id: Account.ID) -> Bool? {
        tables.withLock { tables in tables.accounts[id].map { Self.isSuspended($0, tables) } }
    }

    package func key(_ id: AccessKey.ID) -> AccessKey? { tables.withLock { Self.key(id, $0) } }

    /// The account's keys, oldest first, revoked and expired ones included.
    package func keys(of account: Account.ID) -> [AccessKey] {
        tables.withLock { tables in
            (tables.keysOfAccount[account] ?? []).compactMap { Self.key($0, tables) }.sorted { $0.id < $1.id }
        }
    }

    /// The account's domain of that name, which is lower case.
    package func domain(_ name: String, of account: Account.ID) -> MailDomain? {
        tables.withLock { tables in
            tables.domainsByName[DomainName(account: account, name: name)].flatMap { tables.domains[$0] }
        }
    }

    package func domain(_ id: MailDomain.ID) -> MailDomain? { tables.withLock { $0.domains[id] } }

    /// Whether a domain has this name, in lower case, as its own for reports.
    package func isReturnPath(_ name: String) -> Bool { tables.withLock { $0.returnPaths[name] != nil } }

    /// In the order in which they were added.
    package func domains(of account: Account.ID) -> [MailDomain] {
        tables.withLock { $0.domains.values.filter { $0.account == account } }.sorted { $0.id < $1.id }
    }

    /// The nearest domain around a host's name that mail may be sent from, whosever it is; of several accounts' the
    /// oldest.
    func sendingDomain(around host: String) -> MailDomain? {
        let all = tables.withLock { Array($0.domains.values) }
        let fitting = all.filter { $0.maySend && (host == $0.name || host.hasSuffix("." + $0.name)) }
        return fitting.min { ($1.name.utf8.count, $0.id.value) < ($0.name.utf8.count, $1.id.value) }
    }

    package var accounts: [Account] { tables.withLock { $0.accounts.values.sorted { $0.id < $1.id } } }
    package var keys: [AccessKey] {
        tables.withLock { tables in tables.keys.keys.compactMap { Self.key($0, tables) }.sorted { $0.id < $1.id } }
    }
    package var domains: [MailDomain] { tables.withLock { $0.domains.values.sorted { $0.id < $1.id } } }

    // MARK: Changes that are on disk

    package func put(_ account: Account) {
        tables.withLock { tables in
            Self.insert(account, into: &tables)
            Self.renewKeys(of: account.id, in: &tables)
        }
    }

    package func put(_ key: StoredKey) { tables.withLock { Self.insert(key, into: &$0) } }

    package func put(_ domain: MailDomain) { tables.withLock { Self.insert(domain, into: &$0) } }

    /// Changes a domain, if it is still there; as it is then.
    package func update(_ id: MailDomain.ID, _ change: (inout MailDomain) -> Void) -> MailDomain? {
        tables.withLock { tables in
            guard var domain = tables.domains[id] else { return nil }
            change(&domain)
            Self.insert(domain, into: &tables)
            return domain
        }
    }

    package func remove(_ id: MailDomain.ID) {
        tables.withLock { tables in
            Self.forgetReturnPath(of: id, in: &tables)
            guard let domain = tables.domains.removeValue(forKey: id) else { return }
            tables.domainsByName[DomainName(account: domain.account, name: domain.name)] = nil
        }
    }

    /// Marks a key as revoked; one that is already stays as it was.
    package func revoke(_ id: AccessKey.ID, at instant: Instant) {
        change(id) { $0.revokedAt = $0.revokedAt ?? instant }
    }

    package func rename(_ id: AccessKey.ID, label: String) { change(id) { $0.label = label } }

    private func change(_ id: AccessKey.ID, _ body: (inout AccessKey) -> Void) {
        tables.withLock { tables in
            guard var key = tables.keys[id] else { return }
            body(&key.key)
            Self.insert(key, into: &tables)
        }
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
        if account.state == .suspended { return true }
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
