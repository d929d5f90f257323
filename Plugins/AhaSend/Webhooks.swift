import AdapterKit
import Base
import Model

/// What the routes under `/webhooks` do.
enum Webhooks {
    private static let listName = "webhooks"

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let request = try PageRequest<WebhookEndpoint>(call, list: listName)
        let wanted = try Wanted(QueryReader(call.query))
        let names = try DomainNames(call)
        let visible = call.access.visibleDomains
        let page = try await call.webhooks.list(request.slice) { endpoint in
            wanted.admits(endpoint) && isVisible(endpoint, names, visible)
        }
        return request.answer(page, id: \.id) { endpoint, data in
            data.element(WebhookObject(endpoint: endpoint, domains: names.of(endpoint.domains), ids: call.ids))
        }
    }

    /// A key for single domains sees what is bound to one of them.
    private static func isVisible(_ endpoint: WebhookEndpoint, _ names: DomainNames, _ visible: [String]?) -> Bool {
        guard let visible else { return true }
        return endpoint.isBound && names.of(endpoint.domains).contains(where: visible.contains)
    }

    static func create(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let body = WebhookBody(&form, isNew: true)
        try form.finish()
        // `finish` has thrown where one is absent; the compiler cannot know.
        guard let url = body.url, let scope = body.scope else { throw .invalid(FieldFault("url", .missing)) }
        let names = scope == .scoped ? body.domains ?? [] : []
        if scope == .scoped, names.isEmpty { throw .invalid(FieldFault("domains", .requires(other: "at least one"))) }
        try call.access.authorise(domains: names)
        let bound = try DomainNames(call).ids(of: names)
        let ids = call.ids
        return try await call.webhooks.create(
            url: url, events: body.triggers(of: []), domains: bound, isBound: scope == .scoped,
            label: body.label ?? "", isEnabled: body.isEnabled ?? true
        ).map { made in
            .object(.created) {
                WebhookObject(endpoint: made.endpoint, domains: names, ids: ids, secret: made.secret).write(&$0)
            }
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let names = try DomainNames(call)
        return answer(try await permitted(call, names), names, call)
    }

    static func update(_ call: Call) async throws(KernelFailure) -> Answer {
        let names = try DomainNames(call)
        let endpoint = try await permitted(call, names)
        var form = try Form(call.body)
        let body = WebhookBody(&form, isNew: false)
        try form.finish()
        let (isBound, domains) = try binding(body, endpoint, names, call)
        let changed = try await call.webhooks.edit(
            endpoint.id, url: body.url, events: body.triggers(of: endpoint.events), isEnabled: body.isEnabled,
            domains: domains, isBound: isBound, label: body.label
        ).run()
        return answer(changed, names, call)
    }

    /// Whether it is bound after a change, and to which domains, nil leaving them: to be global empties them, to be
    /// scoped needs some.
    private static func binding(
        _ body: WebhookBody, _ endpoint: WebhookEndpoint, _ names: DomainNames, _ call: Call
    ) throws(KernelFailure) -> (isBound: Bool, domains: [MailDomain.ID]?) {
        guard body.scope.map({ $0 == .scoped }) ?? endpoint.isBound else {
            if endpoint.isBound { try call.access.authorise(domains: []) }
            return (false, [])
        }
        if !endpoint.isBound, (body.domains ?? []).isEmpty {
            throw .invalid(FieldFault("domains", .requires(other: "at least one")))
        }
        guard let domains = body.domains else { return (true, nil) }
        // Each of the new ones, whatever the route's quantifier for the present ones is.
        for domain in domains { try call.access.authorise(domains: [domain]) }
        return (true, try names.ids(of: domains))
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        let endpoint = try await permitted(call, DomainNames(call))
        try await call.webhooks.delete(endpoint.id).run()
        return .message("webhook deleted successfully")
    }

    // MARK: Pieces

    /// The caller's webhook that the path names, if the key is good for one of its domains.
    private static func permitted(_ call: Call, _ names: DomainNames) async throws(KernelFailure) -> WebhookEndpoint {
        let endpoint = try await call.webhooks.endpoint(call.id(1, "webhook_id", .webhook, in: call.ids.webhooks))
        try call.access.authorise(domains: endpoint.isBound ? names.ofBound(endpoint.domains) : [])
        return endpoint
    }

    private static func answer(_ endpoint: WebhookEndpoint, _ names: DomainNames, _ call: Call) -> Answer {
        let object = WebhookObject(endpoint: endpoint, domains: names.of(endpoint.domains), ids: call.ids)
        return .object { object.write(&$0) }
    }

    /// The list's filters.
    private struct Wanted {
        var isEnabled: Bool?
        var triggers: [Trigger: Bool] = [:]

        init(_ reader: QueryReader) throws(KernelFailure) {
            isEnabled = try reader.bool("enabled")
            for trigger in Trigger.allCases {
                if let wanted = try reader.bool(trigger.rawValue) { triggers[trigger] = wanted }
            }
        }

        func admits(_ endpoint: WebhookEndpoint) -> Bool {
            (isEnabled.map { $0 == endpoint.isEnabled } ?? true)
                && triggers.allSatisfy { endpoint.events.contains($0.key.rawValue) == $0.value }
        }
    }
}

/// Whether something belongs to all domains or to some.
enum ResourceScope: String, CaseIterable {
    case global, scoped
}

/// Names and numbers of the account's domains, for what is bound to some of them.
struct DomainNames {
    private let names: [MailDomain.ID: String]
    private let numbers: [String: MailDomain.ID]

    init(_ call: Call) throws(KernelFailure) {
        let domains = try call.domains.list().items
        names = Dictionary(uniqueKeysWithValues: domains.map { ($0.id, $0.name) })
        numbers = Dictionary(uniqueKeysWithValues: domains.map { ($0.name, $0.id) })
    }

    /// Those that are still there.
    func of(_ ids: [MailDomain.ID]) -> [String] { ids.compactMap { names[$0] } }

    /// The same; where none is left, a name that no key is good for but those for all domains.
    func ofBound(_ ids: [MailDomain.ID]) -> [String] {
        let known = of(ids)
        return known.isEmpty ? [""] : known
    }

    /// `notFound` for one that is not the account's.
    func ids(of names: [String]) throws(KernelFailure) -> [MailDomain.ID] {
        var ids: [MailDomain.ID] = []
        for name in names {
            guard let id = numbers[name] else { throw .notFound(.domain) }
            ids.append(id)
        }
        return ids
    }
}

/// A webhook's body; in a change what is absent stays.
struct WebhookBody {
    let url: WebURL?
    let scope: ResourceScope?
    /// Normalised, each once.
    let domains: [String]?
    let label: String?
    let isEnabled: Bool?
    private let triggers: [Trigger: Bool]

    init(_ form: inout Form, isNew: Bool) {
        label = form.name("name", required: isNew)
        url = form.url("url", required: isNew, maximumLength: AhaSendLimits.webhookURLBytes)
        scope = form.resourceScope(required: isNew)
        domains = form.domainNames()
        isEnabled = form.bool("enabled")
        var triggers: [Trigger: Bool] = [:]
        for trigger in Trigger.allCases {
            guard let isWanted = form.flag(trigger) else { continue }
            triggers[trigger] = isWanted
        }
        self.triggers = triggers
    }

    /// The names of what is wanted, after what was.
    func triggers(of before: [String]) -> [String] {
        Trigger.allCases.filter { triggers[$0] ?? before.contains($0.rawValue) }.map(\.rawValue)
    }
}

extension Form {
    mutating func resourceScope(required: Bool) -> ResourceScope? {
        let words = ResourceScope.allCases.map(\.rawValue)
        guard let word = string("scope", required: required) else { return nil }
        if !words.contains(word) { note(FieldFault("scope", .oneOf(words), value: UserData(word))) }
        return ResourceScope(rawValue: word)
    }

    /// nil where they are absent.
    mutating func domainNames() -> [String]? {
        guard has("domains") else { return nil }
        var names: [String] = []
        for text in strings("domains") {
            guard let name = DomainText.normalized(text) else {
                note(FieldFault("domains", .domainName, value: UserData(text)))
                continue
            }
            if !names.contains(name) { names.append(name) }
        }
        if names.count > AhaSendLimits.domainsPerResource {
            note("domains", .count(minimum: 1, maximum: AhaSendLimits.domainsPerResource))
        }
        return names
    }

    /// Whether a trigger is wanted. One whose events are not made here cannot be.
    fileprivate mutating func flag(_ trigger: Trigger) -> Bool? {
        guard let value = value(named: trigger.rawValue) else { return nil }
        guard let isWanted = value.bool else {
            note(FieldFault(trigger.rawValue, .wrongType))
            return nil
        }
        if isWanted, !trigger.isServed { note(FieldFault(trigger.rawValue, .notServed)) }
        return isWanted
    }
}
