import AdapterKit
import Base
import Model

/// What the routes under `/api-keys` do. A key is shown bare, without an object around it.
enum APIKeys {
    /// Fields first, then what the caller may hand on, then the domain.
    static func create(_ call: Call) async throws(KernelFailure) -> Answer {
        let draft = try KeyDraft(Form(call.body))
        // A key that makes another as powerful as itself must say that it means to.
        if draft.permission == Scope.fullAccess, !draft.allowsFullAccess {
            throw .scopeMissing(call.shortfall(Scope.fullAccess))
        }
        var domains: [MailDomain] = []
        if let id = draft.domainID { domains.append(try call.keys.domain(Int64(id).map(MailDomain.ID.init), text: id)) }
        let minted = try await call.keys.create(
            label: draft.name, mode: draft.mode, scopes: [draft.permission], domains: domains
        ).run()
        return .object(.created, KeyObject(minted.key, call, secret: minted.secret).write)
    }

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let keys = try call.keys.list().items
        return .object { answer in
            answer.array("keys") { list in
                for key in keys { list.element(KeyObject(key, call)) }
            }
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let key = try call.keys.key(keyID(call))
        return .object(.ok, KeyObject(key, call).write)
    }

    static func rename(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let name = form.keyName()
        try form.finish()
        let key = try await call.keys.rename(keyID(call), label: name).run()
        return .object(.ok, KeyObject(key, call).write)
    }

    static func rotate(_ call: Call) async throws(KernelFailure) -> Answer {
        let minted = try await call.keys.rotate(keyID(call)).run()
        return .object(.ok, KeyObject(minted.key, call, secret: minted.secret).write)
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.keys.revoke(keyID(call)).run()
        return .success
    }

    /// Whatever is no number of a key is not found.
    private static func keyID(_ call: Call) throws(KernelFailure) -> AccessKey.ID {
        let text = call.parameter(0)
        guard text.utf8.allSatisfy(ASCII.isDigit), let number = Int64(text) else { throw .notFound(.key) }
        return AccessKey.ID(number)
    }
}

/// The body of a new key.
struct KeyDraft {
    let name: String
    let permission: String
    let mode: AccessKey.Mode
    /// As sent; a number in digits.
    let domainID: String?
    let allowsFullAccess: Bool

    init(_ form: consuming Form) throws(KernelFailure) {
        name = form.keyName()
        permission = form.word("permission", of: [Scope.fullAccess, Scope.sendingAccess], required: true) ?? ""
        let mode = form.word("mode", of: AccessKey.Mode.allCases.map(\.rawValue))
        let domainID = form.string("domain_id")
        let domainIDs = form.strings("domain_ids")
        if domainIDs.count > 1 { form.note("domain_ids", .count(minimum: 0, maximum: 1)) }
        allowsFullAccess = form.bool("allow_full_access") ?? false
        try form.finish()
        self.mode = mode.flatMap(AccessKey.Mode.init) ?? .live
        self.domainID = domainID ?? domainIDs.first
    }
}

extension Form {
    /// Empty where a fault was noted.
    fileprivate mutating func keyName() -> String {
        guard let name = string("name", required: true) else { return "" }
        if name.count > PostStackLimits.keyName { note("name", .length(maximum: PostStackLimits.keyName)) }
        return name
    }

    /// One of a few words.
    mutating func word(_ field: StaticString, of words: [String], required: Bool = false) -> String? {
        guard let word = string(field, required: required) else { return nil }
        if !words.contains(word) { note(FieldFault("\(field)", .oneOf(words), value: UserData(word))) }
        return word
    }
}

/// A key as its account sees it.
struct KeyObject: JSONWritable {
    let key: AccessKey
    let domain: MailDomain.ID?
    /// Shown once, when it is made.
    var secret: String?

    init(_ key: AccessKey, _ call: Call, secret: String? = nil) {
        self.init(key: key, domain: call.keys.domain(of: key), secret: secret)
    }

    init(key: AccessKey, domain: MailDomain.ID?, secret: String? = nil) {
        self.key = key
        self.domain = domain
        self.secret = secret
    }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.member("id", key.id.value)
        object.member("name", key.label)
        object.member("keyPrefix", key.prefix)
        object.member("permission", key.scopes.contains(Scope.fullAccess) ? Scope.fullAccess : Scope.sendingAccess)
        object.member("mode", key.mode.rawValue)
        object.member("domainId", domain?.value)
        object.member("lastUsedAt", key.lastUsedAt.map(WireTime.init))
        object.member("expiresAt", key.expiresAt.map(WireTime.init))
        object.member("createdAt", WireTime(key.createdAt))
        object.memberIfPresent("key", secret)
    }
}
