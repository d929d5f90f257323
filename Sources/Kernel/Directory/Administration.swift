package import Base
import Crypto
import MailFormat
package import Model
package import Ports

/// What the operator changes: accounts, keys, domains. Each change is on disk and in the directory when its call
/// returns. Any thread; making a domain's keys runs on the workers.
package struct Administration: Sendable {
    let store: any Store
    let directory: Directory
    private let keyring: Keyring
    private let workers: any Workers
    let time: any TimeSource
    let random: any RandomSource

    package init(
        store: any Store, directory: Directory, keyring: Keyring, workers: any Workers, time: any TimeSource,
        random: any RandomSource
    ) {
        self.store = store
        self.directory = directory
        self.keyring = keyring
        self.workers = workers
        self.time = time
        self.random = random
    }

    // MARK: Accounts

    package func createAccount(_ name: String, parent: Account.ID?) async throws(KernelFailure) -> Account {
        let id = try await store.make(.directory(.createAccount(name: name, parent: parent, at: time.now)))
        return try account(Account.ID(id))
    }

    package func setState(_ id: Account.ID, _ state: Account.State) async throws(KernelFailure) -> Account {
        try await store.make(.directory(.setAccountState(id, state)))
        return try account(id)
    }

    /// As it is by now.
    private func account(_ id: Account.ID) throws(KernelFailure) -> Account {
        guard let account = directory.account(id) else { throw .notFound(.account) }
        return account
    }

    // MARK: Keys

    /// What a new key is to be.
    package struct KeyRequest: Sendable {
        package var account: Account.ID
        package var personality: PersonalityID
        /// What the secret begins with; also the forms that an imported one may have.
        package var form: CredentialForm
        package var kind: AccessKey.Kind
        package var mode: AccessKey.Mode
        package var scopes: [String]
        package var domains: [String]
        package var networks: [IPNetwork]
        package var expiresIn: Duration?
        /// Where both are given, the earlier one ends the key.
        package var expiresAt: Instant?
        package var label: String
        /// A secret that exists already; nil mints one.
        package var secret: String?

        package init(
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

    /// Makes a key, and returns it with its secret, which nobody can show again.
    package func createKey(_ request: KeyRequest) async throws(KernelFailure) -> (key: AccessKey, secret: Secret) {
        let prepared = try prepareKey(request)
        return (prepared.key(try await store.make(prepared.change)), prepared.secret)
    }

    /// The key that a request asks for, with all but its number.
    package func prepareKey(_ request: KeyRequest) throws(KernelFailure) -> PreparedKey {
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
        return PreparedKey(key, chosen)
    }

    static func each(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }

    func imported(
        _ text: String, _ prefix: CredentialForm.Prefix, anyForm: Bool
    ) throws(KernelFailure) -> Secret {
        guard anyForm || text.hasPrefix(prefix.text), text.utf8.count >= KernelLimits.importedSecretBytes,
            text.utf8.allSatisfy(ASCII.isVisible)
        else { throw .invalid(FieldFault("secret", .key)) }
        return Secret(text)
    }

    package func revokeKey(_ id: AccessKey.ID) async throws(KernelFailure) -> AccessKey {
        try await store.make(.directory(.revokeKey(id, at: time.now)))
        guard let key = directory.key(id) else { throw .notFound(.key) }
        return key
    }

    // MARK: Domains

    /// Adds a domain with fresh signing keys. `pinned`: the operator vouches for it.
    package func addDomain(
        _ name: String, account: Account.ID, pinned: Bool, options: DomainOptions = DomainOptions(),
        facets: [PersonalityID: [UInt8]] = [:]
    ) async throws(KernelFailure) -> MailDomain {
        guard directory.account(account) != nil else { throw .notFound(.account) }
        guard let checked = try? DomainName(parsing: name),
            checked.text.utf8.count <= KernelLimits.managedDomainBytes
        else {
            throw .invalid(FieldFault("name", .domainName, value: UserData(name)))
        }
        if let known = directory.domain(checked.text, of: account) { return try await pin(known, pinned) }
        var domain = try await prepareDomain(checked.text, account: account, pinned: pinned, rsaKey: nil)
        domain.options = options
        domain.facets = facets
        return try self.domain(MailDomain.ID(try await store.make(.domain(.create(domain)))))
    }

    /// As it is by now.
    private func domain(_ id: MailDomain.ID) throws(KernelFailure) -> MailDomain {
        guard let domain = directory.domain(id) else { throw .notFound(.domain) }
        return domain
    }

    /// A domain with fresh keys, or with the RSA key of its owner, and all but its number. `name` was checked.
    func prepareDomain(
        _ name: String, account: Account.ID, pinned: Bool, rsaKey: String?
    ) async throws(KernelFailure) -> MailDomain {
        let keyring = keyring
        let keys = await workers.run {
            Result { () throws(KernelFailure) in
                try keyring.makeKeys(account: account, domain: name, rsaKey: rsaKey)
            }
        }
        let now = time.now
        var domain = MailDomain(
            id: MailDomain.ID(0), account: account, name: name, sending: pinned ? .pinned : .pending,
            createdAt: now, verifiedAt: pinned ? now : nil, signingKeys: try keys.get())
        domain.target = pinned ? .pinned : .pending
        domain.targetVerifiedAt = domain.verifiedAt
        return domain
    }

    /// Adding a domain again with the operator's word pins it; without, it is a duplicate.
    private func pin(_ domain: MailDomain, _ pinned: Bool) async throws(KernelFailure) -> MailDomain {
        guard pinned, domain.sending != .pinned else { throw .alreadyExists(.domain, field: "name") }
        try await store.make(.domain(.setProof(domain.id, .pinned, at: time.now)))
        return try self.domain(domain.id)
    }
}
