package import Base
package import Crypto
package import Model
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
        let digest: Digest256

        init(key: AccessKey, account: Account, digest: Digest256) {
            self.key = key
            self.account = account
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
        /// By the secret's digest. A timing of the look-up says something about digests, which nobody can aim at.
        var credentials: [Digest256: Credential] = [:]
        var domains: [MailDomain.ID: MailDomain] = [:]
        var domainsByName: [DomainName: MailDomain.ID] = [:]
    }

    private let tables: Mutex<Tables>

    package init(_ image: DirectoryImage) {
        var tables = Tables()
        for account in image.accounts { tables.accounts[account.id] = account }
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

    package func key(_ id: AccessKey.ID) -> AccessKey? { tables.withLock { $0.keys[id]?.key } }

    /// The account's domain of that name, which is lower case.
    package func domain(_ name: String, of account: Account.ID) -> MailDomain? {
        tables.withLock { tables in
            tables.domainsByName[DomainName(account: account, name: name)].flatMap { tables.domains[$0] }
        }
    }

    package func domain(_ id: MailDomain.ID) -> MailDomain? { tables.withLock { $0.domains[id] } }

    /// In the order in which they were added.
    package func domains(of account: Account.ID) -> [MailDomain] {
        tables.withLock { $0.domains.values.filter { $0.account == account } }.sorted { $0.id < $1.id }
    }

    package var accounts: [Account] { tables.withLock { $0.accounts.values.sorted { $0.id < $1.id } } }
    package var keys: [AccessKey] { tables.withLock { $0.keys.values.map(\.key).sorted { $0.id < $1.id } } }
    package var domains: [MailDomain] { tables.withLock { $0.domains.values.sorted { $0.id < $1.id } } }

    // MARK: Changes that are on disk

    package func put(_ account: Account) {
        tables.withLock { tables in
            tables.accounts[account.id] = account
            for key in tables.keys.values where key.key.account == account.id { Self.insert(key, into: &tables) }
        }
    }

    package func put(_ key: StoredKey) { tables.withLock { Self.insert(key, into: &$0) } }

    package func put(_ domain: MailDomain) { tables.withLock { Self.insert(domain, into: &$0) } }

    /// Changes a domain, if it is still there; as it is then.
    package func update(_ id: MailDomain.ID, _ change: (inout MailDomain) -> Void) -> MailDomain? {
        tables.withLock { tables in
            guard var domain = tables.domains[id] else { return nil }
            change(&domain)
            tables.domains[id] = domain
            return domain
        }
    }

    package func remove(_ id: MailDomain.ID) {
        tables.withLock { tables in
            guard let domain = tables.domains.removeValue(forKey: id) else { return }
            tables.domainsByName[DomainName(account: domain.account, name: domain.name)] = nil
        }
    }

    /// Marks a key as revoked.
    package func revoke(_ id: AccessKey.ID, at instant: Instant) {
        tables.withLock { tables in
            guard var key = tables.keys[id] else { return }
            key.key.revokedAt = instant
            Self.insert(key, into: &tables)
        }
    }

    private static func insert(_ key: StoredKey, into tables: inout Tables) {
        tables.keys[key.key.id] = key
        guard let account = tables.accounts[key.key.account] else { return }
        tables.credentials[key.digest] = Credential(key: key.key, account: account, digest: key.digest)
    }

    private static func insert(_ domain: MailDomain, into tables: inout Tables) {
        tables.domains[domain.id] = domain
        tables.domainsByName[DomainName(account: domain.account, name: domain.name)] = domain.id
    }
}
