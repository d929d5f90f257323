import AdapterKit
import Base
import Model

/// Keys of an account, and of its sub-accounts.
enum Keys {
    static let routes: [Route] = [
        .of(account: "/keys", .get, Scope.keys, handler: list).describes(
            "listKeys", "The keys of the account.", query: Shapes.listQuery,
            answers: [200: .json(Shapes.page(of: Shapes.key))]),
        .of(account: "/keys", Scope.keys, rule: .sealsAnswers) { call throws(KernelFailure) in try create(call) }
            .describes(
                "createKey", "Makes a key.", request: Shapes.keyRequest, answers: [201: .json(Shapes.mintedKey)]),
        .of(account: "/keys/:key", .put, Scope.keys, handler: change).describes(
            "changeKey", "Changes what a key may do, and from where.", request: Shapes.keyRequest,
            answers: [200: .json(Shapes.key)]),
        .of(account: "/sub-accounts/:child/keys", Scope.keys, rule: .sealsAnswers) { call throws(KernelFailure) in
            try create(call.acting(on: call.child))
        }.describes(
            "createSubAccountKey", "Makes a key of an account below it.", request: Shapes.keyRequest,
            answers: [201: .json(Shapes.mintedKey)]),
    ]

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        .page(try call.keys.list(call.slice(of: "keys")), call, of: "keys", by: \.id) { $0.write(&$1, call) }
    }

    static func create(_ call: Call) throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let scopes = form.strings("scopes", required: true)
        let networks = form.networks()
        try form.finish()
        let plan = try call.keys.create(
            label: "", mode: .live, scopes: call.keys.checked(scopes: scopes, field: "scopes"), domains: [],
            networks: networks)
        return plan.map { minted in
            .object(201) { answer in
                minted.key.write(&answer, call)
                answer.member("secret", minted.secret)
            }
        }
    }

    /// Whoever would shut itself out is refused.
    static func change(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let id = call.ids.keys.id(in: call.parameter(1)) else { throw .notFound(.key) }
        var form = try Form(call.body)
        let scopes = form.has("scopes") ? form.strings("scopes") : nil
        let networks = form.networks()
        try form.finish()
        let checked = try scopes.map { scopes throws(KernelFailure) in
            try call.keys.checked(scopes: scopes, field: "scopes")
        }
        let key = try await call.keys.change(id, AccessKey.Edit(scopes: checked, networks: networks)).run()
        return .object { key.write(&$0, call) }
    }
}

extension Form {
    /// nil where none are named.
    fileprivate mutating func networks() -> [IPNetwork]? {
        guard has("networks") else { return nil }
        let networks = strings("networks").compactMap { text in
            let network = IPNetwork(text)
            if network == nil { note(FieldFault("networks", .cidr, value: UserData(text))) }
            return network
        }
        return networks
    }
}

extension AccessKey {
    fileprivate func write(_ object: inout JSONObjectWriter, _ call: Call) {
        object.member("id", call.ids.keys.text(id))
        object.member("scopes", scopes)
        object.array("networks") { list in
            for network in allowedNetworks { list.element(network.description) }
        }
    }
}
