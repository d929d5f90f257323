import AdapterKit
import Base
import Model

/// What the routes under `/domains` do.
enum Domains {
    /// SPF, DKIM and DMARC prove that mail may be sent; the rest is advice.
    static let plan = DomainPlan(
        records: [
            RecordTemplate(.spf, .spf, proves: [.send]),
            RecordTemplate(.dkim, .dkim(.rsa), proves: [.send]),
            RecordTemplate(.dmarc, .dmarc, proves: [.send]),
            RecordTemplate(.returnPath, .returnPath),
            RecordTemplate(.tracking, .tracking),
            RecordTemplate(.mx, .mx(preference: AhaSendLimits.mxPreference)),
            RecordTemplate(.dkimEd25519, .dkim(.ed25519), isListed: false),
        ],
        recheck: .every(AhaSendLimits.domainRecheck), patience: nil)

    private static let listName = "domains"

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let request = try PageRequest<MailDomain>(call, list: listName)
        let reader = try QueryReader(call.query)
        let isValid = try reader.bool("dns_valid")
        let type = try sendingType(reader)
        let page = try call.domains.list(request.slice) { domain in
            (isValid.map { $0 == domain.maySend } ?? true)
                && (type.map { $0 == DomainSettings(call.domains.facet(of: domain)).sendingType } ?? true)
        }
        return request.answer(page, reservedBytes: DomainObject.bytesReserved, id: \.id) { domain, data in
            data.element(object(domain, call))
        }
    }

    private static func sendingType(_ reader: QueryReader) throws(KernelFailure) -> DomainSettings.SendingType? {
        guard let word = reader.given("sending_type") else { return nil }
        guard let type = DomainSettings.SendingType(rawValue: word) else {
            throw reader.fault("sending_type", .oneOf(DomainSettings.SendingType.allCases.map(\.rawValue)), word)
        }
        return type
    }

    static func create(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let text = form.string("domain", required: true)
        let name = text.flatMap(DomainText.normalized)
        if let text, name == nil { form.note(FieldFault("domain", .domainName, value: UserData(text))) }
        let choice = DomainChoice(&form)
        let pem = form.string("dkim_private_key")
        if let pem, pem.utf8.count > AhaSendLimits.pemBytes { form.note("dkim_private_key", .key) }
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let name else { throw .invalid(FieldFault("domain", .missing)) }
        var settings = DomainSettings()
        var options = DomainOptions()
        choice.apply(to: &options, &settings, of: name)
        options = call.domains.options(options, selector: choice.selector.value)
        return try await call.domains.add(name, options: options, facet: settings.json, rsaKey: pem)
            .map { domain in answer(domain, call, .created) }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer { answer(try domain(call), call) }

    static func update(_ call: Call) async throws(KernelFailure) -> Answer {
        let domain = try domain(call)
        var form = try Form(call.body)
        let choice = DomainChoice(&form)
        try form.finish()
        var settings = DomainSettings(call.domains.facet(of: domain))
        var options = domain.options
        choice.apply(to: &options, &settings, of: domain.name)
        if case .cleared = choice.selector { options = call.domains.options(options, selector: nil) }
        if let selector = choice.selector.value { options = call.domains.options(options, selector: selector) }
        settings.changedAt = call.now
        return answer(try await call.domains.change(domain, options: options, facet: settings.json).run(), call)
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        let domain = try domain(call)
        try call.access.authorise(domains: [domain.name])
        try await call.domains.remove(domain).run()
        return .message("domain deleted successfully")
    }

    /// Takes no body, and looks at none.
    static func checkDNS(_ call: Call) async throws(KernelFailure) -> Answer {
        answer(try await call.domains.check(domain(call), within: AhaSendLimits.domainCheck), call)
    }

    // MARK: Pieces

    /// The caller's domain that the path names.
    private static func domain(_ call: Call) throws(KernelFailure) -> MailDomain {
        guard let name = DomainText.normalized(call.parameter(1)) else {
            throw .invalid(FieldFault("domain", .domainName, location: .path, value: UserData(call.parameter(1))))
        }
        guard let domain = try call.domains.named(name) else { throw .notFound(.domain) }
        return domain
    }

    private static func object(_ domain: MailDomain, _ call: Call) -> DomainObject {
        DomainObject(
            domain: domain, records: call.domains.records(of: domain),
            settings: DomainSettings(call.domains.facet(of: domain)), selector: call.domains.selector(of: domain),
            ids: call.ids)
    }

    private static func answer(_ domain: MailDomain, _ call: Call, _ status: Success = .ok) -> Answer {
        let object = object(domain, call)
        return .object(status, reservedBytes: DomainObject.bytesReserved) { object.write(&$0) }
    }
}

/// What a body says of a domain besides its name.
struct DomainChoice {
    /// A member that keeps, clears or sets.
    enum Member: Equatable {
        case absent, cleared
        case set(String)

        var value: String? { if case .set(let text) = self { text } else { nil } }
    }

    let tracking: Member
    let returnPath: Member
    let selector: Member
    let sendingType: DomainSettings.SendingType?

    init(_ form: inout Form) {
        tracking = form.subdomain("tracking_subdomain")
        returnPath = form.subdomain("return_path_subdomain")
        selector = form.selector()
        sendingType = form.sendingType()
        for field in ["subscription_subdomain", "media_subdomain"] as [StaticString] {
            if let text = form.string(field), !text.isEmpty { form.note(field, .notServed) }
        }
        if form.int("dkim_rotation_interval_days") != nil { form.note("dkim_rotation_interval_days", .notServed) }
    }

    func apply(to options: inout DomainOptions, _ settings: inout DomainSettings, of name: String) {
        switch tracking {
        case .absent: break
        case .cleared: options.trackingHost = nil
        case .set(let label): options.trackingHost = "\(label).\(name)"
        }
        switch returnPath {
        case .absent: break
        case .cleared: options.returnPath = nil
        case .set(let label): options.returnPath = "\(label).\(name)"
        }
        if let sendingType { settings.sendingType = sendingType }
    }
}

extension Form {
    /// The first labels of a name within the domain; empty takes it away.
    fileprivate mutating func subdomain(_ field: StaticString) -> DomainChoice.Member {
        guard let text = string(field)?.trimmingBlanks.asciiLowercased else { return .absent }
        if text.isEmpty { return .cleared }
        guard HostName.normalized("\(text).example.com") != nil else {
            note(FieldFault("\(field)", .domainName, value: UserData(text)))
            return .absent
        }
        return .set(text)
    }

    /// 1 to 62 of `[a-z0-9-]`, without a hyphen at the ends; empty takes it away.
    fileprivate mutating func selector() -> DomainChoice.Member {
        guard let text = string("dkim_selector")?.trimmingBlanks.asciiLowercased else { return .absent }
        if text.isEmpty { return .cleared }
        let isGood =
            text.utf8.count <= AhaSendLimits.selectorCharacters && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy { ASCII.isLower($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen }
        if !isGood { note("dkim_selector", .length(maximum: AhaSendLimits.selectorCharacters)) }
        return .set(text)
    }

    /// Where it stands at all it must be one of the words.
    fileprivate mutating func sendingType() -> DomainSettings.SendingType? {
        let words = DomainSettings.SendingType.allCases.map(\.rawValue)
        if isNull("sending_type") { note("sending_type", .oneOf(words)) }
        guard let word = string("sending_type") else { return nil }
        if !words.contains(word) { note(FieldFault("sending_type", .oneOf(words), value: UserData(word))) }
        return DomainSettings.SendingType(rawValue: word)
    }
}
