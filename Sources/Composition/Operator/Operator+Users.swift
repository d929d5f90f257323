import AdapterKit
import Kernel
import Model
import Ports

/// Users of relays: keys that are a name and a password.
extension Operator {
    /// What `smtp-credential create` asks for.
    struct UserOrder: Sendable {
        var account: Account.ID
        var personality: String
        var mode: AccessKey.Mode
        var domains: [String]
        var label: String

        init(_ given: Arguments) throws(KernelFailure) {
            account = Account.ID(try given.neededNumber("account"))
            personality = try given.needed("personality")
            mode = given.text("mode").flatMap(AccessKey.Mode.init) ?? .live
            domains = given.list("domains")
            label = given.text("label") ?? ""
        }
    }

    func createUser(_ order: UserOrder) async throws(KernelFailure) -> OperatorReply {
        guard let personality = Adapters.relaying.first(where: { $0.id.name == order.personality }) else {
            let known = Adapters.relaying.map(\.id.name).joined(separator: ", ")
            return .refused("--personality \(order.personality): allowed: \(known)", exit: .usage)
        }
        let (key, password) = try await runtime.administration.createUser(
            Administration.UserRequest(
                account: order.account, personality: personality.id, label: order.label, isTest: order.mode == .test,
                domains: order.domains)
        ).run()
        return .json(describe.newUser(key, password: password))
    }

    func listUsers(_ place: ListPlace) -> OperatorReply {
        .json(describe.users(place.cut(runtime.directory.keys.filter { $0.user != nil })))
    }

    func removeUser(_ id: Int64) async throws(KernelFailure) -> OperatorReply {
        let key = AccessKey.ID(id)
        guard runtime.directory.key(key)?.user != nil else { throw .notFound(.smtpCredential) }
        return .json(describe.user(try await runtime.administration.revokeKey(key).run()))
    }
}
