import Base
import Kernel
import Model
import Ports

extension Operator {
    func addSuppression(_ addition: OperatorCommand.SuppressionAddition) async throws(KernelFailure) -> OperatorReply {
        guard let address = MailAddress(parsing: addition.address) else {
            return .refused("\(addition.address): must be an email address", exit: .usage)
        }
        let added = try await runtime.suppressions.add(
            SuppressionService.Addition(
                account: Account.ID(addition.account), domain: addition.domain, address: address,
                reason: Suppression.Reason(rawValue: addition.reason) ?? .manual, note: addition.note, origin: nil,
                expiresIn: addition.expiresInSeconds.map { .seconds($0) }))
        return .json(describe.suppression(added))
    }

    func listSuppressions(_ account: Int64?, _ limit: Int) async throws(KernelFailure) -> OperatorReply {
        let page = try await runtime.suppressions.list(
            account: account.map(Account.ID.init), origin: nil, offset: 0, limit: limit)
        return .json(describe.suppressions(page.suppressions))
    }

    func removeSuppression(
        _ text: String, _ account: Int64, _ domain: String?
    ) async throws(KernelFailure) -> OperatorReply {
        guard let address = MailAddress(parsing: text) else { throw .notFound(.suppression) }
        try await runtime.suppressions.remove(address, account: Account.ID(account), domain: domain)
        return .json(JSONWriter.object { $0.member("removed", address.address) })
    }
}

extension OperatorJSON {
    func suppression(_ suppression: Suppression) -> [UInt8] {
        JSONWriter.object { Self.write(suppression, &$0) }
    }

    func suppressions(_ suppressions: [Suppression]) -> [UInt8] {
        JSONWriter.array { array in
            for suppression in suppressions { array.object { Self.write(suppression, &$0) } }
        }
    }

    private static func write(_ suppression: Suppression, _ object: inout JSONObjectWriter) {
        object.member("id", suppression.id.value)
        object.member("address", suppression.address.address)
        object.member("account", suppression.account.value)
        object.member("domain", suppression.domain?.value)
        object.member("reason", suppression.reason.rawValue)
        object.member("note", suppression.note)
        object.member("personality", suppression.origin?.name)
        object.member("createdAt", suppression.createdAt.rfc3339(.milliseconds))
        object.member("expiresAt", suppression.expiresAt?.rfc3339(.milliseconds))
    }
}
