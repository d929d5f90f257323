import Kernel
public import Model

/// What a dialect's callers do with the users of its SMTP relay, as far as they are the account's. A removed one is not
/// there any more.
///
/// A user of the relay can do no more than the key that makes it, in mode, domains, networks and expiry; what a key may
/// not reach at all (`KeyReach`) is not there.
///
/// What a plan changes is on disk and in effect once it was carried out.
public struct CredentialDesk: Sendable {
    private let services: Services
    private let caller: Principal?
    private let reach: KeyReach

    init(_ services: Services, caller: Principal?, reach: KeyReach) {
        self.services = services
        self.caller = caller
        self.reach = reach
    }

    /// A page of those that `isVisible` lets be seen.
    public func list(
        _ slice: Slice<AccessKey> = .all, where isVisible: (AccessKey) -> Bool = { _ in true }
    ) throws(KernelFailure) -> Page<AccessKey> {
        let own = services.directory.keys(of: try account()).filter { self.isOurs($0) && isVisible($0) }
        return slice.page(of: own.reversed(), by: \.id)
    }

    public func credential(_ id: AccessKey.ID) throws(KernelFailure) -> AccessKey {
        guard let key = services.directory.key(id), key.account == (try account()), isOurs(key) else {
            throw .notFound(.smtpCredential)
        }
        return key
    }

    /// Makes one; the secret is its password. `domains`: names of those that it sends from; empty: all. `isTest`: all
    /// that it sends is a test. `planLimitReached` where the account has as many keys as it may make.
    public func create(label: String, isTest: Bool, domains: [String]) throws(KernelFailure) -> Plan<KeyDesk.Minted> {
        // It has no scopes of its own, never ends, and comes in from anywhere.
        var wish = try reach.ownKey()
        wish.mode = isTest ? .test : .live
        wish.domains = domains
        (wish.allowedNetworks, wish.expiresAt) = ([], nil)
        try reach.checkNotGreater(wish, scopes: nil)
        var request = Administration.UserRequest(
            account: try account(), personality: services.personality, label: label, isTest: isTest, domains: domains)
        request.isBounded = true
        return Plan(try services.administration.createUser(request))
            .map { KeyDesk.Minted(key: $0.key, secret: $0.secret.text) }
    }

    public func remove(_ id: AccessKey.ID) throws(KernelFailure) -> Plan<Void> {
        let key = try credential(id)
        if key.mode == .live { try reach.checkLive() }
        return Plan(try services.administration.revokeKey(key.id)).map { _ in }
    }

    private func isOurs(_ key: AccessKey) -> Bool {
        key.personality == services.personality && key.kind == .smtp && key.revokedAt == nil && reach.sees(key)
    }

    private func account() throws(KernelFailure) -> Account.ID {
        guard let caller else { throw .credentialMissing }
        return caller.account
    }
}

extension Call {
    /// The users of the SMTP relay that are the call's account's.
    public var credentials: CredentialDesk { CredentialDesk(services, caller: principal, reach: KeyReach(self)) }
}
