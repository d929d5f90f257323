import Base
import Kernel
public import Model
import Ports

/// The account of a call, those below it, and those that people make for themselves.
public struct AccountDesk: Sendable {
    private let services: Services
    private let account: Account.ID?
    private let reach: KeyReach

    init(_ services: Services, account: Account.ID?, reach: KeyReach) {
        self.services = services
        self.account = account
        self.reach = reach
    }

    // MARK: Looking

    /// The account that the call is about.
    public func own() throws(KernelFailure) -> Account {
        guard let account else { throw .credentialMissing }
        guard let found = services.directory.account(account) else { throw .notFound(.account) }
        return found
    }

    /// A page of its sub-accounts.
    public func subAccounts(_ slice: Slice<Account> = .all) throws(KernelFailure) -> Page<Account> {
        slice.page(of: services.directory.subAccounts(of: try own().id).reversed(), by: \.id)
    }

    public func subAccount(_ id: Account.ID) throws(KernelFailure) -> Account {
        guard let found = services.directory.account(id), found.parent == (try own().id) else {
            throw .notFound(.account)
        }
        return found
    }

    // MARK: Changing

    /// Makes a sub-account.
    public func create(_ name: String) throws(KernelFailure) -> Plan<Account> {
        try checkMayChange()
        return Plan(services.administration.createAccount(name, parent: try own().id))
    }

    /// Suspends a sub-account, whose keys are refused from then on, or lets it go on.
    public func setState(_ id: Account.ID, _ state: Account.State) throws(KernelFailure) -> Plan<Account> {
        try checkMayChange()
        return Plan(try services.administration.setState(subAccount(id).id, state))
    }

    private func checkMayChange() throws(KernelFailure) {
        try reach.checkLive()
        try reach.checkUnbound()
    }

    // MARK: Signing up

    /// A new account, with a key that nobody can show again and the secret that its requests are signed with.
    public struct Welcome: Sendable {
        public let account: Account
        public let key: String
        public let signingSecret: String
    }

    /// Makes an account with a key of all rights, at once: each of the three needs the number of the one before.
    public func signUp(name: String) async throws(KernelFailure) -> Welcome {
        let account = try await services.administration.createAccount(name, parent: nil).run()
        let made = try await services.administration.createKey(
            Administration.KeyRequest(
                account: account.id, personality: services.personality, form: services.credentials, kind: .secret,
                mode: .live, scopes: services.scopes.defaults, domains: [], networks: [], expiresIn: nil,
                label: "sign-up", secret: nil)
        ).run()
        let secret = try await services.relays.signingSecret(
            of: Tenant(account: account.id, origin: services.personality))
        return Welcome(account: account, key: made.secret.text, signingSecret: secret)
    }
}

extension Call {
    /// The call's account and those below it. Whether people may make accounts for themselves is an option of the
    /// personality.
    public var accounts: AccountDesk {
        AccountDesk(services, account: account, reach: KeyReach(self))
    }
}
