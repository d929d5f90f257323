import AdapterKit
import Base
import Model

/// The account that a path names, and those below it.
enum Accounts {
    static let routes: [Route] = [
        .of(account: "", .get, Scope.account, handler: show).describes(
            "getAccount", "The account.", answers: [200: .json(Shapes.account)]),
        .of(account: "/sub-accounts", .get, Scope.accounts, handler: list).describes(
            "listSubAccounts", "The accounts below it.", query: Shapes.listQuery,
            answers: [200: .json(Shapes.page(of: Shapes.account))]),
        .of(account: "/sub-accounts", Scope.accounts, planner: create).describes(
            "createSubAccount", "Makes an account below it.", request: Shapes.newAccount,
            answers: [201: .json(Shapes.account)]),
        .of(account: "/sub-accounts/:child/suspend", .put, Scope.accounts, handler: suspend).describes(
            "suspendSubAccount", "Suspends an account below it.", answers: [200: .json(Shapes.account)]),
    ]

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let account = try call.accounts.own()
        return .object { account.write(&$0, call) }
    }

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let page = try call.accounts.subAccounts(call.slice(of: "accounts"))
        return .page(page, call, of: "accounts", by: \.id) { $0.write(&$1, call) }
    }

    /// A plan, so that the account and the answer about it are one commit.
    static func create(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let name = form.string("name", required: true)
        try form.finish()
        return try call.accounts.create(name ?? "").map { account in .object(201) { account.write(&$0, call) } }
    }

    static func suspend(_ call: Call) async throws(KernelFailure) -> Answer {
        let account = try await call.accounts.setState(call.child, .suspended).run()
        return .object { account.write(&$0, call) }
    }
}

extension Call {
    /// The sub-account that the path names behind the account.
    var child: Account.ID {
        get throws(KernelFailure) {
            guard let id = ids.accounts.id(in: parameter(1)) else { throw .notFound(.account) }
            return id
        }
    }
}

extension Account {
    fileprivate func write(_ object: inout JSONObjectWriter, _ call: Call) {
        object.member("id", call.ids.accounts.text(id))
        object.member("parent", parent.map { call.ids.accounts.text($0) })
        object.member("name", name)
        object.member("state", state.rawValue)
    }
}
