import AdapterKit
import Base
import Model

/// What the routes under `/v1/domains` do.
enum Domains {
    /// One record, looked for when its owner asks, and never again once it was there.
    static let plan = DomainPlan(
        records: [
            RecordTemplate(
                .challenge, .challenge(label: "_harepost-challenge", prefix: "harepost-verify="), proves: [.target])
        ],
        recheck: .never, patience: nil)

    /// Adding one that is pending shows the same record again; one that is verified is shown as such.
    static func add(_ call: Call) async throws(KernelFailure) -> Answer {
        let name = try name(in: call.body)
        let domain = try await domain(name, call)
        if domain.target.holds { return .object { VerifiedObject(domain: domain).write(&$0) } }
        let record = call.domains.records(of: domain).first
        return .object(.created) { PendingObject(domain: domain, record: record).write(&$0) }
    }

    private static func domain(_ name: String, _ call: Call) async throws(KernelFailure) -> MailDomain {
        if let known = try call.domains.named(name) { return known }
        do throws(KernelFailure) {
            return try await call.domains.add(name, options: DomainOptions(), facet: Array("{}".utf8)).run()
        } catch .alreadyExists {
            guard let known = try call.domains.named(name) else { throw .notFound(.domain) }
            return known
        }
    }

    static func verify(_ call: Call) async throws(KernelFailure) -> Answer {
        let name = try name(in: call.body)
        guard let domain = try call.domains.named(name) else {
            throw .domainUnknown(UserData(name), role: .managed)
        }
        let verified = try await call.domains.prove(.target, of: domain, within: HarepostLimits.verification)
        return .object { VerifiedObject(domain: verified).write(&$0) }
    }

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let domains = try call.domains.list().items
        return .object { $0.member("data", domains.map(DomainObject.init)) }
    }

    /// Polyrelay's own.
    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let name = normalized(call.parameter(0)), let domain = try call.domains.named(name) else {
            throw .domainUnknown(UserData(call.parameter(0)), role: .managed)
        }
        try await call.domains.remove(domain).run()
        return .object { answer in
            answer.member("domain", domain.name)
            answer.member("deleted", true)
        }
    }

    // MARK: Names

    private static func name(in body: [UInt8]) throws(KernelFailure) -> String {
        var form = try Form(body)
        let text = form.string("domain", required: true)
        try form.finish()
        guard let text, let name = normalized(text) else {
            throw .invalid(FieldFault("domain", .domainName, value: UserData(text ?? "")))
        }
        return name
    }

    /// A name of two labels or more, in lower case and without the dot of the root; nil for anything else, an address
    /// among it.
    private static func normalized(_ text: String) -> String? {
        let bare = text.hasSuffix(".") ? String(text.dropLast()) : text
        guard let name = HostName.normalized(bare), let last = name.split(separator: ".").last,
            !last.utf8.allSatisfy(ASCII.isDigit)
        else { return nil }
        return name
    }
}
