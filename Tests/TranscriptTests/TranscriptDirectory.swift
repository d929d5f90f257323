import AdapterKit
import Base
import Kernel
import Model
import Ports
import SMTPServer
import Storage

/// The accounts, keys and domains that the transcripts' README promises.
struct TranscriptDirectory {
    /// The secret of each key, by the name of its variable.
    private(set) var secrets: [String: String] = [:]
    /// A published template of the owner's; nil where the personality has none.
    private(set) var template: Template.ID?
    /// The users of those that are a relay's, by the same names.
    private(set) var users: [String: String] = [:]
    private let subject: TranscriptSubject
    private let store: SQLiteStore

    struct Refused: Error {}

    /// A network that sends for the owner of the domains without a key.
    static func trusted(_ personality: any Personality) throws -> SMTPGateway.TrustedNetwork {
        guard let network = IPNetwork("10.0.0.0/8") else { throw Refused() }
        return SMTPGateway.TrustedNetwork(
            network: network, account: Account.ID(1), scopes: personality.scopes.defaults)
    }

    init(_ subject: TranscriptSubject, store: SQLiteStore) {
        self.subject = subject
        self.store = store
    }

    mutating func fill(at now: Instant) async throws {
        let owner = try await make(.directory(.createAccount(name: "owner", parent: nil, at: now)))
        let suspended = try await make(.directory(.createAccount(name: "suspended", parent: nil, at: now)))
        _ = try await make(.directory(.setAccountState(Account.ID(suspended), .suspended)))
        let stranger = try await make(.directory(.createAccount(name: "stranger", parent: nil, at: now)))
        for (name, sending) in [
            ("example.com", MailDomain.Proof.pinned), ("other.example", .pinned), ("pending.example", .pending),
        ] {
            var domain = MailDomain(
                id: MailDomain.ID(0), account: Account.ID(owner), name: name, sending: sending, createdAt: now,
                verifiedAt: sending == .pending ? nil : now, signingKeys: [])
            domain.target = sending
            domain.targetVerifiedAt = domain.verifiedAt
            _ = try await make(.domain(.create(domain)))
        }
        try await makeKey("key", owner, now) { _ in }
        try await makeKey("testKey", owner, now, mode: .test) { _ in }
        let sendingScopes = subject.sendingScopes
        try await makeKey("sendingKey", owner, now) { $0.scopes = sendingScopes }
        let readingScopes = subject.readingScopes
        if !readingScopes.isEmpty { try await makeKey("readingKey", owner, now) { $0.scopes = readingScopes } }
        if subject.personality.templates != nil { template = try await makeTemplate(owner, now) }
        try await makeKey("domainKey", owner, now) { $0.domains = ["other.example"] }
        try await makeKey("elsewhereKey", owner, now) {
            $0.allowedNetworks = [IPNetwork("192.0.2.0/24")].compactMap { $0 }
        }
        try await makeKey("expiredKey", owner, now) { $0.expiresAt = now - .seconds(1) }
        let revoked = try await makeKey("revokedKey", owner, now) { _ in }
        _ = try await make(.directory(.revokeKey(AccessKey.ID(revoked), at: now)))
        try await makeKey("suspendedKey", suspended, now) { _ in }
        try await makeKey("strangerKey", stranger, now) { _ in }
        for own in subject.keys { try await makeKey(own.name, owner, now, kind: own.kind) { $0.scopes = own.scopes } }
        if subject.personality.smtp?.credentials == .user { try await makeUsers(owner, now) }
    }

    private func makeTemplate(_ account: Int64, _ now: Instant) async throws -> Template.ID {
        let content = TemplateContent(
            subject: "Hello {{first_name}}", html: "<p>Hello {{ first_name }}, {{plan}}</p>", text: nil,
            variables: [TemplateVariable(name: "first_name", isRequired: true)])
        let tenant = Tenant(account: Account.ID(account), origin: subject.personality.id)
        let new = NewTemplate(tenant: tenant, name: "welcome", content: content, isPublished: true, at: now)
        return Template.ID(try await make(.template(.create(new))))
    }

    /// `smtpUser` sends from all domains, `smtpScoped` from one; all that `smtpTest` sends is a test.
    private mutating func makeUsers(_ account: Int64, _ now: Instant) async throws {
        for (name, user, mode, domains) in [
            ("smtpUser", "user", AccessKey.Mode.live, []), ("smtpTest", "test", .test, []),
            ("smtpScoped", "scoped", .live, ["other.example"]),
        ] as [(String, String, AccessKey.Mode, [String])] {
            users[name] = user
            try await makeKey(name, account, now, mode: mode) { key in
                (key.kind, key.user, key.domains, key.scopes) = (.smtp, user, domains, [])
            }
        }
    }

    @discardableResult
    private mutating func makeKey(
        _ name: String, _ account: Int64, _ now: Instant, kind: AccessKey.Kind = .secret,
        mode: AccessKey.Mode = .live, _ change: (inout AccessKey) -> Void
    ) async throws -> Int64 {
        let prefix =
            subject.personality.credentials.prefixes.first { $0.kind == kind && $0.mode == mode }?.text ?? ""
        let secret = Secret("\(prefix)0123456789abcdef\(name)")
        var key = AccessKey(
            id: AccessKey.ID(0), account: Account.ID(account), personality: subject.personality.id, kind: kind,
            mode: mode, scopes: subject.personality.scopes.defaults, domains: [], allowedNetworks: [], label: name,
            prefix: secret.prefix, createdAt: now, expiresAt: nil, revokedAt: nil)
        change(&key)
        secrets[name] = secret.text
        return try await make(.directory(.createKey(StoredKey(key: key, digest: secret.digest))))
    }

    private func make(_ change: Change) async throws -> Int64 {
        guard case .done(let serial) = await store.commit([change]).first else { throw Refused() }
        return serial
    }
}
