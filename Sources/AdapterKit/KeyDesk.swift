public import Base
import Kernel
public import Model

/// What a dialect's callers do with the keys of their account, as far as they are this personality's. A revoked key is
/// not there any more, an expired one is.
///
/// A key hands on, and rotates, no more than it has, in mode, domains, networks and expiry, and in scopes unless the
/// vocabulary says that keys get any words; what a parent makes for its sub-accounts has the words that it is given.
/// What a new key is not told of networks and expiry it has as its maker. What a key may not reach at all (`KeyReach`)
/// is not there.
///
/// Comes back on the shard. What a plan changes is on disk and in effect once it was carried out.
public struct KeyDesk: Sendable {
    private let services: Services
    private let caller: Principal?
    private let address: IPAddress?
    private let reach: KeyReach

    init(_ services: Services, caller: Principal?, address: IPAddress?, reach: KeyReach) {
        self.services = services
        self.caller = caller
        self.address = address
        self.reach = reach
    }

    /// A key that was just made, and its secret, which nobody can show again.
    public struct Minted: Sendable {
        public let key: AccessKey
        public let secret: String
    }

    // MARK: Looking

    /// A page of them.
    public func list(_ slice: Slice<AccessKey> = .all) throws(KernelFailure) -> Page<AccessKey> {
        let account = try principal().account
        return slice.page(of: services.directory.keys(of: account).filter(isVisible).reversed(), by: \.id)
    }

    public func key(_ id: AccessKey.ID) throws(KernelFailure) -> AccessKey {
        let account = try principal().account
        guard let key = services.directory.key(id), key.account == account, isVisible(key) else {
            throw .notFound(.key)
        }
        return key
    }

    private func isVisible(_ key: AccessKey) -> Bool {
        key.personality == services.personality && key.kind != .smtp && key.revokedAt == nil && reach.sees(key)
    }

    // MARK: Changing

    /// Makes a key of the account. `domains`: those that it is bound to; empty: none. `networks`: those that it may be
    /// used from; nil: as the caller's own.
    public func create(
        label: String, kind: AccessKey.Kind = .secret, mode: AccessKey.Mode, scopes: [String], domains: [MailDomain],
        networks: [IPNetwork]? = nil
    ) throws(KernelFailure) -> Plan<Minted> {
        let own = try reach.ownKey()
        var wish = own
        wish.account = try principal().account
        wish.mode = mode
        wish.domains = domains.map(\.name)
        wish.allowedNetworks = networks ?? own.allowedNetworks
        let isOwn = wish.account == own.account
        try reach.checkNotGreater(wish, scopes: isOwn ? granted(scopes) : nil)
        var request = Administration.KeyRequest(
            account: wish.account, personality: services.personality, form: services.credentials, kind: kind,
            mode: mode, scopes: scopes, domains: wish.domains, networks: wish.allowedNetworks, expiresIn: nil,
            label: label, secret: nil, expiresAt: own.expiresAt)
        request.isBounded = true
        return Plan(try services.administration.createKey(request))
            .map { Minted(key: $0.key, secret: $0.secret.text) }
    }

    /// The words to be asked about; nil where the contract hands on any.
    private func granted(_ scopes: [String]?) -> [String]? { services.scopes.mintsAnyWord ? nil : scopes }

    public func rename(_ id: AccessKey.ID, label: String) throws(KernelFailure) -> Plan<AccessKey> {
        try change(id, AccessKey.Edit(label: label))
    }

    /// Changes what the edit names; `selfLockout` where it would shut out the request that asks for it.
    public func change(_ id: AccessKey.ID, _ edit: AccessKey.Edit) throws(KernelFailure) -> Plan<AccessKey> {
        let key = try changeable(id)
        var wish = try reach.ownKey()
        wish.allowedNetworks = edit.networks ?? wish.allowedNetworks
        let isOwn = key.account == wish.account
        try reach.checkNotGreater(wish, scopes: isOwn ? granted(edit.scopes) : nil)
        if key.id == caller?.key, let networks = edit.networks, !AddressList.admits(address, to: networks) {
            throw .selfLockout
        }
        return Plan(try services.administration.changeKey(key.id, edit))
    }

    /// Gives a key another secret. It becomes another key, with an id of its own.
    public func rotate(_ id: AccessKey.ID) throws(KernelFailure) -> Plan<Minted> {
        let key = try key(id)
        let isOwn = try key.account == reach.ownKey().account
        try reach.checkNotGreater(key, scopes: isOwn ? granted(key.scopes) : nil)
        return Plan(try services.administration.rotateKey(key.id, form: services.credentials))
            .map { Minted(key: $0.key, secret: $0.secret.text) }
    }

    public func revoke(_ id: AccessKey.ID) throws(KernelFailure) -> Plan<Void> {
        Plan(try services.administration.revokeKey(changeable(id).id)).map { _ in }
    }

    /// Scopes as a key of the account may hold them: known words, each once, for domains of the account's. `scopeName`
    /// for the first that will not do.
    public func checked(scopes: [String], field: String) throws(KernelFailure) -> [String] {
        let (account, directory) = (try principal().account, services.directory)
        return try services.scopes.checked(scopes, field: field) { directory.domain($0, of: account) != nil }
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

    private func principal() throws(KernelFailure) -> Principal {
        guard let caller else { throw .credentialMissing }
        return caller
    }

    /// A live key is no test key's to change.
    private func changeable(_ id: AccessKey.ID) throws(KernelFailure) -> AccessKey {
        let key = try key(id)
        if key.mode == .live { try reach.checkLive() }
        return key
    }
}

extension Call {
    /// The keys of the caller's account.
    public var keys: KeyDesk {
        KeyDesk(services, caller: principal, address: clientAddress, reach: KeyReach(self))
    }

    /// What a refusal says to a key that may call this route and not do what its body asks for.
    public func shortfall(_ scope: String? = nil) -> ScopeShortfall {
        let reported = scope ?? requirement.reported ?? requirement.anyOf.first ?? ""
        return ScopeShortfall(
            anyOf: [reported], reported: reported, held: caller?.scopes ?? [], method: UserData(method),
            path: UserData(path))
    }
}
