import Base
import Kernel
import Model
import Ports

extension Operator {
    /// What an operator may say of why; the first where nothing is said.
    static let suppressionReasons =
        [Suppression.Reason.manual.rawValue]
        + Suppression.Reason.allCases.filter { $0 != .manual }.map(\.rawValue)

    /// What `suppression add` asks for.
    struct SuppressionOrder: Sendable {
        var address: String
        var account: Account.ID
        /// The name of the sending domain that it is for.
        var domain: String?
        var reason: Suppression.Reason
        var note: String?
        var expiresIn: Duration?

        init(_ given: Arguments) throws(KernelFailure) {
            address = given.operand
            account = Account.ID(try given.neededNumber("account"))
            domain = given.text("domain")
            reason = given.text("reason").flatMap(Suppression.Reason.init) ?? .manual
            note = given.text("note")
            expiresIn = given.duration("expires-in")
        }
    }

    func addSuppression(_ order: SuppressionOrder) async throws(KernelFailure) -> OperatorReply {
        guard let address = MailAddress(parsing: order.address) else {
            return .refused("\(order.address): must be an email address", exit: .usage)
        }
        let added = try await runtime.suppressions.add(
            SuppressionService.Addition(
                account: order.account, domain: order.domain, address: address, reason: order.reason,
                note: order.note, origin: nil, expiresIn: order.expiresIn)
        ).run()
        return .json(describe.suppression(added))
    }

    func listSuppressions(_ account: Int64?, _ place: ListPlace) async throws(KernelFailure) -> OperatorReply {
        let page = try await runtime.suppressions.list(
            account: account.map(Account.ID.init), origin: nil, place.slice())
        return .json(describe.suppressions(place.rows(of: page.items)))
    }

    func removeSuppression(
        _ text: String, account: Int64, _ domain: String?
    ) async throws(KernelFailure) -> OperatorReply {
        guard let address = MailAddress(parsing: text) else { throw .notFound(.suppression) }
        try await runtime.suppressions.remove(address, account: Account.ID(account), domain: domain).run()
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
