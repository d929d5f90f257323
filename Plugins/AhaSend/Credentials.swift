import AdapterKit
import Base
import Model

/// What the routes under `/smtp-credentials` do.
enum Credentials {
    private static let listName = "smtp credentials"

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let request = try PageRequest<AccessKey>(call, list: listName)
        let visible = call.access.visibleDomains
        let page = try call.credentials.list(request.slice) { credential in
            visible.map { credential.domains.contains(where: $0.contains) } ?? true
        }
        return request.answer(page, id: \.id) { credential, data in
            data.element(CredentialObject(credential: credential, ids: call.ids))
        }
    }

    static func create(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let name = form.name("name", required: true) ?? ""
        let scope = form.resourceScope(required: true)
        let isTest = form.bool("sandbox") ?? false
        let given = form.domainNames()
        try form.finish()
        let domains = scope == .scoped ? given ?? [] : []
        if scope == .scoped, domains.isEmpty {
            throw .invalid(FieldFault("domains", .requires(other: "at least one")))
        }
        try call.access.authorise(domains: domains)
        _ = try DomainNames(call).ids(of: domains)
        let ids = call.ids
        return try call.credentials.create(label: name, isTest: isTest, domains: domains).map { made in
            .object(.created) { CredentialObject(credential: made.key, ids: ids, password: made.secret).write(&$0) }
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let object = CredentialObject(credential: try permitted(call), ids: call.ids)
        return .object { object.write(&$0) }
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.credentials.remove(permitted(call).id).run()
        return .message("smtp credential deleted successfully")
    }

    /// The caller's credential that the path names, if the key is good for one of its domains.
    private static func permitted(_ call: Call) throws(KernelFailure) -> AccessKey {
        let credential = try call.credentials.credential(
            call.id(1, "smtp_credential_id", .smtpCredential, in: call.ids.keys))
        try call.access.authorise(domains: credential.domains)
        return credential
    }
}
