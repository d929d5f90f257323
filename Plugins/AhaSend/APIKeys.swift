import AdapterKit
import Base
import Model

/// What the routes under `/api-keys` do.
enum APIKeys {
    private static let listName = "api keys"

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let request = try PageRequest<AccessKey>(call, list: listName)
        let object = try call.keyWriter()
        return request.answer(try call.keys.list(request.slice), id: \.id) { key, data in
            data.element(object(key, nil))
        }
    }

    static func create(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let label = form.name("label", required: true) ?? ""
        let texts = form.scopes(required: true) ?? []
        let list = form.strings("ip_allow_list")
        try form.finish()
        let scopes = try call.keys.checked(scopes: texts, field: "scopes")
        let networks = try AddressList(parsing: list, field: "ip_allow_list", rule: .ahaSend).networks
        let object = try call.keyWriter()
        return try call.keys.create(label: label, mode: .live, scopes: scopes, domains: [], networks: networks)
            .map { minted in .object(.created) { object(minted.key, minted.secret).write(&$0) } }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let object = try call.keyWriter()(call.keys.key(id(call)), nil)
        return .object { object.write(&$0) }
    }

    static func update(_ call: Call) async throws(KernelFailure) -> Answer {
        let key = try call.keys.key(id(call))
        var form = try Form(call.body)
        let label = form.name("label")
        let texts = form.scopes()
        let list = form.has("ip_allow_list") ? form.strings("ip_allow_list") : nil
        try form.finish()
        let scopes = try texts.map { texts throws(KernelFailure) in
            try call.keys.checked(scopes: texts, field: "scopes")
        }
        let networks = try list.map { list throws(KernelFailure) in
            try AddressList(parsing: list, field: "ip_allow_list", rule: .ahaSend).networks
        }
        let changes = [
            label.map { $0 != key.label }, scopes.map { Set($0) != Set(key.scopes) },
            networks.map { $0 != key.allowedNetworks },
        ]
        guard changes.contains(true) else { throw .invalid(FieldFault("body", .nothingToChange)) }
        let edit = AccessKey.Edit(label: label, scopes: scopes, networks: networks)
        let changed = try await call.keys.change(key.id, edit).run()
        let object = try call.keyWriter()(changed, nil)
        return .object { object.write(&$0) }
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        let key = try call.keys.key(id(call))
        try await call.keys.revoke(key.id).run()
        return .message("api key \(call.ids.keys.text(key.id)) (\(key.label)) deleted successfully")
    }

    private static func id(_ call: Call) throws(KernelFailure) -> AccessKey.ID {
        try call.id(1, "key_id", .key, in: call.ids.keys)
    }
}

extension AddressList.Rule {
    static let ahaSend = AddressList.Rule(maximum: AhaSendLimits.networks, refusesEverything: true)
}

extension Call {
    /// Makes the objects of keys, with their secrets or without. It looks nothing up any more.
    fileprivate func keyWriter() throws(KernelFailure) -> @Sendable (AccessKey, String?) -> KeyObject {
        let domains = Dictionary(try domains.list().items.map { ($0.name, $0.id) }) { first, _ in first }
        return { [ids] key, secret in KeyObject(key: key, ids: ids, domains: domains, secret: secret) }
    }
}

extension Form {
    /// A text of 1 to 255 characters.
    mutating func name(_ field: StaticString, required: Bool = false) -> String? {
        guard let name = string(field, required: required) else { return nil }
        if !(1...AhaSendLimits.nameCharacters).contains(name.trimmingBlanks.count) || name.contains(where: \.isNewline)
        {
            note(field, .length(maximum: AhaSendLimits.nameCharacters))
        }
        return name
    }

    /// At least one; nil where they are absent.
    fileprivate mutating func scopes(required: Bool = false) -> [String]? {
        guard required || has("scopes") else { return nil }
        let scopes = strings("scopes", required: required)
        if has("scopes"), !(1...AhaSendLimits.scopes).contains(scopes.count) {
            note("scopes", .count(minimum: 1, maximum: AhaSendLimits.scopes))
        }
        return scopes
    }
}
