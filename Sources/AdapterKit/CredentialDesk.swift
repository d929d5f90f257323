import Kernel
public import Model
import Ports

/// What a dialect's callers do with the users of its SMTP relay, as far as they are the account's. A removed one is not
/// there any more.
///
/// Comes back on the shard. What it reports as changed is on disk and in effect.
public struct CredentialDesk: Sendable {
    private let services: Services
    private let caller: Principal?

    init(_ services: Services, caller: Principal?) {
        self.services = services
        self.caller = caller
    }

    /// Latest first.
    public func list() throws(KernelFailure) -> [AccessKey] {
        services.directory.keys(of: try account()).filter(isVisible).reversed()
    }

    public func credential(_ id: AccessKey.ID) throws(KernelFailure) -> AccessKey {
        guard let key = services.directory.key(id), key.account == (try account()), isVisible(key) else {
            throw .notFound(.smtpCredential)
        }
        return key
    }

    /// Makes one. `domains`: names of those that it sends from; empty: all. `answer` says from it and its password what
    /// the caller is told; it is called on the store's thread and looks nothing up.
    public func making(
        label: String, isTest: Bool, domains: [String], answer: @escaping @Sendable (AccessKey, String) -> Answer
    ) throws(KernelFailure) -> Effect {
        let prepared = try services.administration.prepareUser(
            Administration.UserRequest(
                account: try account(), personality: services.personality, label: label, isTest: isTest,
                domains: domains))
        return Effect(of: prepared) { answer($0, prepared.secret.text) }
    }

    public func remove(_ id: AccessKey.ID) async throws(KernelFailure) {
        _ = try await services.administration.revokeKey(credential(id).id)
    }

    private func isVisible(_ key: AccessKey) -> Bool {
        key.personality == services.personality && key.kind == .smtp && key.revokedAt == nil
    }

    private func account() throws(KernelFailure) -> Account.ID {
        guard let caller else { throw .credentialMissing }
        return caller.account
    }
}

extension Call {
    /// The users of the SMTP relay that are the caller's account's.
    public var credentials: CredentialDesk { CredentialDesk(services, caller: caller) }
}
