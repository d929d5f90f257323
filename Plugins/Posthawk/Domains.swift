import AdapterKit
import Base
import Model

/// What the routes under `/v1/domains` do. Domains are added and verified by the operator.
enum Domains {
    /// Our key proves that mail may be sent; the rest is advice.
    static let plan = DomainPlan(
        records: [
            RecordTemplate(.dkim, .dkim(.rsa), proves: [.send]),
            RecordTemplate(.spf, .spf),
            RecordTemplate(.mx, .mx(preference: PosthawkLimits.mxPreference)),
            RecordTemplate(.dkimEd25519, .dkim(.ed25519), isListed: false),
        ],
        recheck: .whilePending(PosthawkLimits.domainRecheck), patience: PosthawkLimits.domainPatience)

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let domains = try call.domains.list().items
        var rows: [DomainObject] = []
        for domain in domains { rows.append(try await row(domain, call)) }
        return .object(reservedBytes: DomainObject.bytesReserved * (rows.count + 1)) { answer in
            answer.member("success", true)
            answer.array("data") { data in
                for row in rows { data.element(row) }
            }
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer { .data(try await row(domain(call), call)) }

    /// A number sets a limit, null takes it away, and what is absent stays as it is.
    static func setLimits(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let daily = form.limit("maxDailyEmails")
        let monthly = form.limit("maxMonthlyEmails")
        try form.finish()
        let domain = try domain(call)
        try await call.domains.setLimits(daily: daily, monthly: monthly, of: domain)
        return .data(try await row(domain, call))
    }

    // MARK: Pieces

    /// Whatever names none of the caller's domains is not found.
    private static func domain(_ call: Call) throws(KernelFailure) -> MailDomain {
        let text = call.parameter(0)
        guard let id = call.ids.domains.id(in: text) else { throw .domainUnknown(UserData(text), role: .managed) }
        return try call.domains.domain(id)
    }

    private static func row(_ domain: MailDomain, _ call: Call) async throws(KernelFailure) -> DomainObject {
        DomainObject(
            domain: domain, publicID: call.ids.domains.text(domain.id),
            records: call.domains.records(of: domain).map(\.record), limits: try await call.domains.limits(of: domain))
    }
}

extension Form {
    fileprivate mutating func limit(_ field: StaticString) -> LimitChange {
        if isNull(field) { return .cleared }
        guard let limit = int(field) else { return .unchanged }
        if !(1...PosthawkLimits.quotaMax).contains(limit) {
            note(field, .range(minimum: 1, maximum: PosthawkLimits.quotaMax))
        }
        return .limit(limit)
    }
}
