public import Base
import Crypto
import MailFormat
public import Model
public import Ports

/// What changes accounts, keys and domains: plans, each on disk and in the directory once it was run. Any thread;
/// making a domain's keys runs on the workers.
public struct Administration: Sendable {
    let store: any Store
    let directory: Directory
    private let keys: KeyMaker
    let time: any TimeSource
    let random: any RandomSource
    let keysMax: Int
    private let domainsMax: Int

    /// `keysMax`: how many good keys of one personality an account may make for itself. `domainsMax`: how many domains.
    public init(
        store: any Store, directory: Directory, keyring: Keyring, workers: any Workers, time: any TimeSource,
        random: any RandomSource, keysMax: Int = KernelLimits.keysPerAccount,
        domainsMax: Int = KernelLimits.domainsPerAccount
    ) {
        self.keysMax = keysMax
        self.domainsMax = domainsMax
        self.store = store
        self.directory = directory
        keys = KeyMaker(keyring: keyring, workers: workers)
        self.time = time
        self.random = random
    }

    // MARK: Accounts

    public func createAccount(_ name: String, parent: Account.ID?) -> Plan<Account> {
        let now = time.now
        return Plan(.directory(.createAccount(name: name, parent: parent, at: now)), on: store) { serial in
            Account(id: Account.ID(serial), name: name, parent: parent, state: .active, createdAt: now)
        }
    }

    public func setState(_ id: Account.ID, _ state: Account.State) throws(KernelFailure) -> Plan<Account> {
        guard var account = directory.account(id) else { throw .notFound(.account) }
        account.state = state
        return Plan(.directory(.setAccountState(id, state)), on: store) { [account] _ in account }
    }

    /// Begins to remove an account that has no sub-accounts: from then on its keys are refused, and what it has goes
    /// piece by piece (`Clearing`). There is no way back.
    public func removeAccount(_ id: Account.ID) throws(KernelFailure) -> Plan<Account> {
        guard directory.subAccounts(of: id).isEmpty else {
            throw .wrongState(.account, state: .underWay, operation: .remove)
        }
        return try setState(id, .removing)
    }

    // MARK: Keys

    /// What a new key is to be.
    public struct KeyRequest: Sendable {
        public var account: Account.ID
        public var personality: PersonalityID
        /// What the secret begins with; also the forms that an imported one may have.
        public var form: CredentialForm
        public var kind: AccessKey.Kind
        public var mode: AccessKey.Mode
        public var scopes: [String]
        public var domains: [String]
        public var networks: [IPNetwork]
        public var expiresIn: Duration?
        /// Where both are given, the earlier one ends the key.
        public var expiresAt: Instant?
        public var label: String
        /// A secret that exists already; nil mints one.
        public var secret: String?
        /// Whether the account's bound of keys is looked at: not where the operator makes one.
        public var isBounded = false

        public init(
            account: Account.ID, personality: PersonalityID, form: CredentialForm, kind: AccessKey.Kind,
            mode: AccessKey.Mode, scopes: [String], domains: [String], networks: [IPNetwork], expiresIn: Duration?,
            label: String, secret: String?, expiresAt: Instant? = nil
        ) {
            self.account = account
            self.personality = personality
            self.form = form
            self.kind = kind
            self.mode = mode
            self.scopes = scopes
            self.domains = domains
            self.networks = networks
            self.expiresIn = expiresIn
            self.expiresAt = expiresAt
            self.label = label
            self.secret = secret
        }
    }

    /// A key and its secret, which nobody can show again.
    public func createKey(_ request: KeyRequest) throws(KernelFailure) -> Plan<(key: AccessKey, secret: Secret)> {
        guard directory.account(request.account) != nil else { throw .notFound(.account) }
        let prefix = try request.form.prefix(request.kind, request.mode)
        let secret = try request.secret.map { text throws(KernelFailure) in
            try imported(text, prefix, anyForm: request.form.takesAnyForm)
        }
        let chosen =
            secret ?? Secret.mint(prefix: prefix.text, characters: request.form.secretCharacters, random: random)
        let now = time.now
        let key = AccessKey(
            id: AccessKey.ID(0), account: request.account, personality: request.personality, kind: request.kind,
            mode: request.mode, scopes: request.scopes, domains: Self.each(request.domains.map(\.asciiLowercased)),
            allowedNetworks: AddressList(request.networks).networks, label: request.label, prefix: chosen.prefix,
            createdAt: now,
            expiresAt: [request.expiresIn.map { now + $0 }, request.expiresAt].compactMap { $0 }.min(), revokedAt: nil)
        let limit = request.isBounded ? keysMax : .max
        return plan(.createKey(StoredKey(key: key, digest: chosen.digest), atMost: limit), key, chosen)
    }

    /// A change that makes a key.
    func plan(
        _ change: DirectoryChange, _ key: AccessKey, _ secret: Secret
    ) -> Plan<(key: AccessKey, secret: Secret)> {
        Plan(.directory(change), on: store) { serial in
            var key = key
            key.id = AccessKey.ID(serial)
            return (key, secret)
        }
    }

    static func each(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }

    private func imported(
        _ text: String, _ prefix: CredentialForm.Prefix, anyForm: Bool
    ) throws(KernelFailure) -> Secret {
        guard anyForm || text.hasPrefix(prefix.text), text.utf8.count >= KernelLimits.importedSecretBytes,
            text.utf8.allSatisfy(ASCII.isVisible)
        else { throw .invalid(FieldFault("secret", .key)) }
        return Secret(text)
    }

    public func revokeKey(_ id: AccessKey.ID) throws(KernelFailure) -> Plan<AccessKey> {
        guard var key = directory.key(id) else { throw .notFound(.key) }
        let now = time.now
        key.revokedAt = key.revokedAt ?? now
        return Plan(.directory(.revokeKey(id, at: now)), on: store) { [key] _ in key }
    }

    // MARK: Domains

    /// Adds a domain with fresh signing keys. `pinned`: the operator vouches for it. `rsaKey`: its owner's own for
    /// DKIM, in PEM, in place of a fresh one; a `key` fault of `private_key` where it is none. `isBounded`: with
    /// `planLimitReached` where the account has as many as it may make for itself.
    public func addDomain(
        _ name: String, account: Account.ID, pinned: Bool, options: DomainOptions = DomainOptions(),
        facets: [PersonalityID: [UInt8]] = [:], rsaKey: String? = nil, isBounded: Bool = false
    ) async throws(KernelFailure) -> Plan<MailDomain> {
        guard directory.account(account) != nil else { throw .notFound(.account) }
        guard let checked = try? DomainName(parsing: name),
            checked.text.utf8.count <= KernelLimits.managedDomainBytes
        else {
            throw .invalid(FieldFault("name", .domainName, value: UserData(name)))
        }
        if let known = directory.domain(checked.text, of: account) { return try pin(known, pinned) }
        let limit = isBounded ? domainsMax : .max
        // The change asks once more; this spares the making of keys that nobody would have.
        let count = isBounded ? directory.domains(of: account).count : 0
        guard count < limit else { throw .planLimitReached(.domain, current: count, maximum: limit, plan: "") }
        var domain = try await newDomain(checked.text, account: account, pinned: pinned, rsaKey: rsaKey)
        domain.options = options
        domain.facets = facets
        return Plan(.domain(.create(domain, atMost: limit)), on: store) { [domain] serial in
            var domain = domain
            domain.id = MailDomain.ID(serial)
            return domain
        }
    }

    /// A domain with all but its number; its name was checked.
    private func newDomain(
        _ name: String, account: Account.ID, pinned: Bool, rsaKey: String?
    ) async throws(KernelFailure) -> MailDomain {
        let made = try await keys.make(account: account, domain: name, rsaKey: rsaKey)
        let now = time.now
        var domain = MailDomain(
            id: MailDomain.ID(0), account: account, name: name, sending: pinned ? .pinned : .pending,
            createdAt: now, verifiedAt: pinned ? now : nil, signingKeys: made)
        domain.target = pinned ? .pinned : .pending
        domain.targetVerifiedAt = domain.verifiedAt
        return domain
    }

    /// Adding a domain again with the operator's word pins it; without, it is a duplicate.
    private func pin(_ domain: MailDomain, _ pinned: Bool) throws(KernelFailure) -> Plan<MailDomain> {
        guard pinned, domain.sending != .pinned else { throw .alreadyExists(.domain, field: "name") }
        let change = DomainChange.setProof(domain.id, .pinned, at: time.now)
        return Plan(.domain(change), on: store) { _ in
            var domain = domain
            change.apply(to: &domain)
            return domain
        }
    }
}
