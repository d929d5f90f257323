import Base
import Kernel
public import Model

/// What a dialect's callers do with the keys of their account, as far as they are this personality's. A revoked key is
/// not there any more, an expired one is.
///
/// A key hands on no more than it has: what it makes is bound to its client networks, ends no later, and is, if it is
/// bound to domains or a test key itself, bound to those or a test key too.
///
/// Comes back on the shard. What it reports as changed is on disk and in effect.
public struct KeyDesk: Sendable {
    let services: Services
    private let caller: Principal?
    /// What a refusal of a greater key than the caller's says.
    private let shortfall: ScopeShortfall

    init(_ services: Services, caller: Principal?, shortfall: ScopeShortfall) {
        self.services = services
        self.caller = caller
        self.shortfall = shortfall
    }

    /// A key that was just made, and its secret, which nobody can show again.
    public struct Minted: Sendable {
        public let key: AccessKey
        public let secret: String
    }

    // MARK: Looking

    /// Latest first.
    public func list() throws(KernelFailure) -> [AccessKey] {
        let account = try principal().account
        return services.directory.keys(of: account).filter(isVisible).reversed()
    }

    public func key(_ id: AccessKey.ID) throws(KernelFailure) -> AccessKey {
        let account = try principal().account
        guard let key = services.directory.key(id), key.account == account, isVisible(key) else {
            throw .notFound(.key)
        }
        return key
    }

    private func isVisible(_ key: AccessKey) -> Bool {
        key.personality == services.personality && key.kind != .smtp && key.revokedAt == nil
    }

    // MARK: Changing

    /// Makes a key of the caller's account. `domains`: those that it is bound to; empty: none.
    public func create(
        label: String, kind: AccessKey.Kind = .secret, mode: AccessKey.Mode, scopes: [String], domains: [MailDomain]
    ) async throws(KernelFailure) -> Minted {
        let own = try ownKey()
        try checkNotGreater(mode: mode, domains: domains.map(\.name), than: own)
        let made = try await services.administration.createKey(
            Administration.KeyRequest(
                account: own.account, personality: services.personality, form: services.credentials, kind: kind,
                mode: mode, scopes: scopes, domains: domains.map(\.name), networks: own.allowedNetworks,
                expiresIn: nil, label: label, secret: nil, expiresAt: own.expiresAt))
        return Minted(key: made.key, secret: made.secret.text)
    }

    public func rename(_ id: AccessKey.ID, label: String) async throws(KernelFailure) -> AccessKey {
        try await services.administration.renameKey(key(id).id, label: label)
    }

    /// Gives a key another secret. It becomes another key, with an id of its own.
    public func rotate(_ id: AccessKey.ID) async throws(KernelFailure) -> Minted {
        let key = try key(id)
        try checkNotGreater(mode: key.mode, domains: key.domains, than: ownKey())
        let made = try await services.administration.rotateKey(key.id, form: services.credentials)
        return Minted(key: made.key, secret: made.secret.text)
    }

    public func revoke(_ id: AccessKey.ID) async throws(KernelFailure) {
        _ = try await services.administration.revokeKey(key(id).id)
    }

    // MARK: Domains that keys are bound to

    /// The caller's domain; `domainUnknown` for one that is not.
    public func domain(_ id: MailDomain.ID?, text: String) throws(KernelFailure) -> MailDomain {
        let account = try principal().account
        guard let domain = id.flatMap({ services.directory.domain($0) }), domain.account == account else {
            throw .domainUnknown(UserData(text), role: .managed)
        }
        return domain
    }

    /// The first of the domains that a key is bound to; nil where it is bound to none.
    public func domain(of key: AccessKey) -> MailDomain.ID? {
        key.domains.first.flatMap { services.directory.domain($0, of: key.account)?.id }
    }

    // MARK: Inside

    func principal() throws(KernelFailure) -> Principal {
        guard let caller else { throw .credentialMissing }
        return caller
    }

    func ownKey() throws(KernelFailure) -> AccessKey {
        guard let key = services.directory.key(try principal().key) else { throw .credentialUnknown }
        return key
    }

    private func checkNotGreater(
        mode: AccessKey.Mode, domains: [String], than own: AccessKey
    ) throws(KernelFailure) {
        if own.mode == .test, mode == .live { throw .scopeMissing(shortfall) }
        guard !own.domains.isEmpty else { return }
        if domains.isEmpty { throw .domainNotPermitted(domain: nil, action: nil) }
        if let foreign = domains.first(where: { !own.domains.contains($0) }) {
            throw .domainNotPermitted(domain: foreign, action: nil)
        }
    }
}

extension Call {
    /// The keys of the caller's account.
    public var keys: KeyDesk { KeyDesk(services, caller: caller, shortfall: shortfall()) }

    /// What a refusal says to a key that may call this route and not do what its body asks for.
    public func shortfall(_ scope: String? = nil) -> ScopeShortfall {
        let reported = scope ?? requirement.reported ?? requirement.anyOf.first ?? ""
        return ScopeShortfall(
            anyOf: [reported], reported: reported, held: caller?.scopes ?? [], method: UserData(method),
            path: UserData(path))
    }
}
