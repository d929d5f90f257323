import Base
import Kernel
public import Model
import Ports

/// Accounts that people make for themselves.
public struct AccountDesk: Sendable {
    private let services: Services

    init(_ services: Services) { self.services = services }

    /// A new account, with a key that nobody can show again and the secret that its requests are signed with.
    public struct Welcome: Sendable {
        public let account: Account
        public let key: String
        public let signingSecret: String
    }

    /// Makes an account with a key of all rights.
    public func signUp(name: String) async throws(KernelFailure) -> Welcome {
        let account = try await services.administration.createAccount(name, parent: nil)
        let made = try await services.administration.createKey(
            Administration.KeyRequest(
                account: account.id, personality: services.personality, form: services.credentials, kind: .secret,
                mode: .live, scopes: services.scopes.defaults, domains: [], networks: [], expiresIn: nil,
                label: "sign-up", secret: nil))
        let secret = try await services.relays.signingSecret(
            of: Tenant(account: account.id, origin: services.personality))
        return Welcome(account: account, key: made.secret.text, signingSecret: secret)
    }
}

extension Call {
    /// Accounts made by their own people; whether they may is a switch of the personality.
    public var accounts: AccountDesk { AccountDesk(services) }

    /// The account that the caller acts for.
    public func account() throws(KernelFailure) -> Account {
        guard let caller else { throw .credentialMissing }
        guard let account = services.directory.account(caller.account) else { throw .notFound(.account) }
        return account
    }

    /// How a switch of the personality stands (`Personality.switches`).
    public func isOn(_ name: String) -> Bool { services.switches[name] ?? false }
}
