public import Base
import Kernel
public import Model
import Ports

/// Keys that are made with their answer in one commit, and changed as a whole.
extension KeyDesk {
    /// Makes a key of the caller's account. `answer` says from it what the caller is told; it is called on the store's
    /// thread and looks nothing up.
    public func making(
        label: String, scopes: [String], networks: [IPNetwork],
        answer: @escaping @Sendable (Minted) -> Answer
    ) throws(KernelFailure) -> Effect {
        let own = try ownKey()
        let prepared = try services.administration.prepareKey(
            Administration.KeyRequest(
                account: own.account, personality: services.personality, form: services.credentials, kind: .secret,
                mode: own.mode, scopes: scopes, domains: own.domains, networks: networks, expiresIn: nil, label: label,
                secret: nil, expiresAt: own.expiresAt))
        return Effect(of: prepared) { answer(Minted(key: $0, secret: prepared.secret.text)) }
    }

    /// Changes what is named; nil leaves it. `selfLockout` where the caller's own key would not let in the caller's
    /// address any more.
    public func change(
        _ id: AccessKey.ID, label: String?, scopes: [String]?, networks: [IPNetwork]?, from address: IPAddress?
    ) async throws(KernelFailure) -> AccessKey {
        let key = try key(id)
        if let networks, key.id == (try principal().key), !AddressList.admits(address, to: networks) {
            throw .selfLockout
        }
        return try await services.administration.changeKey(
            id, KeyEdit(label: label, scopes: scopes, networks: networks))
    }

    /// The scopes as a key holds them: known words, each once, for domains of the caller's account. `scopeName` for the
    /// first that will not do.
    public func checked(scopes: [String], field: String) throws(KernelFailure) -> [String] {
        let (account, directory) = (try principal().account, services.directory)
        return try services.scopes.checked(scopes, field: field) { directory.domain($0, of: account) != nil }
    }
}

extension Effect {
    /// A key is kept, and good from then on.
    init(of prepared: PreparedKey, answer: @escaping @Sendable (AccessKey) -> Answer) {
        self.init(changes: [prepared.change]) { outcomes in outcomes.made { answer(prepared.key($0)) } }
    }
}

extension [ChangeOutcome] {
    /// The answer about the one row that was made, or its refusal.
    func made(_ answer: (Int64) -> Answer) -> Result<Answer, KernelFailure> {
        Result { () throws(KernelFailure) in
            guard let first else { throw .internalError(incident: "no outcome") }
            return answer(try first.serial())
        }
    }
}
