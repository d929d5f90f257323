public import Base
public import Crypto
public import Model

/// The part of the `Store` port that accounts, keys and domains need; its contract is the `Store`'s.
public protocol DirectoryStore: Sendable {
    /// Accounts, keys and domains, all of them: they are few, and every request needs them in memory.
    func directory() async throws(KernelFailure) -> DirectoryImage

    /// What `setKeyCheck` kept; nil: nothing yet.
    func keyCheck() async throws(KernelFailure) -> [UInt8]?
}

/// All accounts, keys and domains, with the key secrets' SHA-256 digests.
public struct DirectoryImage: Sendable {
    public var accounts: [Account]
    public var keys: [StoredKey]
    public var domains: [MailDomain]

    public init(accounts: [Account], keys: [StoredKey], domains: [MailDomain]) {
        self.accounts = accounts
        self.keys = keys
        self.domains = domains
    }
}

/// A key as it is stored: never the secret, only its digest.
public struct StoredKey: Sendable, Equatable {
    public var key: AccessKey
    public var digest: Digest256

    public init(key: AccessKey, digest: Digest256) {
        self.key = key
        self.digest = digest
    }
}

/// One atomic change of accounts and keys.
public enum DirectoryChange: Sendable {
    case createAccount(name: String, parent: Account.ID?, at: Instant)
    /// `removing` stays, and drops the account's webhook endpoints with it. `wrongState` where it has sub-accounts, and
    /// for any state of one that is being removed.
    case setAccountState(Account.ID, Account.State)
    /// The last of an account that is being removed: its keys, domains and all that is few. Its number is never given
    /// to another. `wrongState` while it has messages, relays or records, or is not being removed.
    case removeAccount(Account.ID, at: Instant)
    /// `planLimitReached` where the account has `atMost` keys of the personality, or more, that are neither revoked nor
    /// expired.
    case createKey(StoredKey, atMost: Int = .max)
    case revokeKey(AccessKey.ID, at: Instant)
    /// Keeps a sealed value by which the key file is known again, in place of an earlier one.
    case setKeyCheck([UInt8])
    /// When keys were last used; a key that is not there is passed over.
    case noteKeyUse([AccessKey.ID: Instant])
    /// `notFound` where there is none, or it is revoked.
    case changeKey(AccessKey.ID, AccessKey.Edit, at: Instant)
    /// Makes a key and revokes the one whose place it takes, both or neither; `notFound` if that one is not there or
    /// revoked already. The serial is the new one's.
    case replaceKey(AccessKey.ID, with: StoredKey, at: Instant)
}
