import AdapterKit
import Base
import Model

/// What the routes under `/suppressions` do.
enum Suppressions {
    private static let listName = "suppressions"

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let request = try PageRequest<Suppression>(call, list: listName)
        let reader = try QueryReader(call.query)
        var filter = SuppressionFilter(domain: try domain(in: reader, call)?.id)
        if let text = reader.given("email") {
            guard let address = Form.plainAddress(text) else { throw reader.fault("email", .email, text) }
            filter.address = address
        }
        filter.from = try reader.instant("from_date")
        if let time = try reader.instant("from_time") { filter.from = time }
        filter.until = try reader.instant("to_date")
        if let time = try reader.instant("to_time") { filter.until = time }
        let page = try await call.suppressions.list(request.slice, where: filter)
        let names = try names(call)
        return request.answer(page, id: \.id) { suppression, data in
            let name = suppression.domain.flatMap { names[$0] } ?? ""
            data.element(SuppressionObject(suppression: suppression, domain: name, ids: call.ids))
        }
    }

    static func create(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let address = form.plainAddress("email", required: true)
        let end = form.end(at: call.now)
        let text = form.string("domain").flatMap { $0.isEmpty ? nil : $0 }
        let name = text.flatMap(DomainText.normalized)
        if let text, name == nil { form.note(FieldFault("domain", .domainName, value: UserData(text))) }
        let reason = form.string("reason")
        if let reason, reason.count > AhaSendLimits.nameCharacters {
            form.note("reason", .length(maximum: AhaSendLimits.nameCharacters))
        }
        try form.finish()
        // `finish` has thrown where one is absent; the compiler cannot know.
        guard let address, let end else { throw .invalid(FieldFault("email", .missing)) }
        let domains = try domains(name, call)
        let (names, ids) = (Dictionary(uniqueKeysWithValues: domains.map { ($0.id, $0.name) }), call.ids)
        return try call.suppressions.add(
            address, for: domains.map(\.id), note: reason.flatMap { $0.isEmpty ? nil : $0 }, until: end
        ).map { made in
            .object(.created) { answer in
                ListEnvelope.whole(&answer) { data in
                    for one in made {
                        let name = one.domain.flatMap { names[$0] } ?? ""
                        data.element(SuppressionObject(suppression: one, domain: name, ids: ids))
                    }
                }
            }
        }
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        let reader = try QueryReader(call.query)
        guard let text = reader.given("email") else { throw reader.fault("email", .missing) }
        guard let address = Form.plainAddress(text) else { throw reader.fault("email", .email, text) }
        let removed = try await call.suppressions.sweep(address: address, domain: domain(in: reader, call)?.id).run()
        guard removed > 0 else { throw .notFound(.suppression) }
        return .message("suppression deleted successfully")
    }

    /// What recipients themselves asked for stays.
    static func wipe(_ call: Call) async throws(KernelFailure) -> Answer {
        let domain = try domain(in: QueryReader(call.query), call)?.id
        let kept = Suppression.Reason.allCases.filter(SuppressionObject.isProtected)
        try await call.suppressions.sweep(domain: domain, keeping: Set(kept)).run()
        return .message("suppressions deleted successfully")
    }

    // MARK: Pieces

    private static func domain(in reader: QueryReader, _ call: Call) throws(KernelFailure) -> MailDomain? {
        guard let name = try reader.domain("domain") else { return nil }
        guard let domain = try call.domains.named(name) else { throw .notFound(.domain) }
        return domain
    }

    /// The one that is named, or all of the account's, the oldest first.
    private static func domains(_ name: String?, _ call: Call) throws(KernelFailure) -> [MailDomain] {
        guard let name else {
            let all = try call.domains.list().items
            if all.isEmpty { throw .notFound(.domain) }
            return all.reversed()
        }
        guard let domain = try call.domains.named(name) else { throw .notFound(.domain) }
        return [domain]
    }

    private static func names(_ call: Call) throws(KernelFailure) -> [MailDomain.ID: String] {
        Dictionary(uniqueKeysWithValues: try call.domains.list().items.map { ($0.id, $0.name) })
    }
}

extension Form {
    /// When a suppression ends, which lies ahead.
    fileprivate mutating func end(at now: Instant) -> Instant? {
        guard let text = string("expires_at", required: true) else { return nil }
        guard let end = Instant(rfc3339: text) else {
            note(FieldFault("expires_at", .timestamp, value: UserData(text)))
            return nil
        }
        if end <= now { note("expires_at", .future(maximum: AhaSendLimits.suppressionAhead)) }
        return end
    }
}
