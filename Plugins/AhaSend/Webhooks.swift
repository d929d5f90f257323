import AdapterKit
import Base
import Model

/// What the routes under `/webhooks` do.
enum Webhooks {
    private static let listName = "webhooks"

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let page = try PageRequest<WebhookEndpoint>(call, list: listName)
        let wanted = try Wanted(QueryReader(query: call.query))
        let names = try DomainNames(call)
        let visible = try await call.webhooks.endpoints().reversed().filter { endpoint in
            wanted.admits(endpoint) && isVisible(endpoint, names, call)
        }
        let run = ListRun(Array(visible), from: page.place, limit: page.limit, id: \.id)
        return page.answer(run, id: \.id) { endpoint, data in
            data.element(WebhookObject(endpoint: endpoint, domains: names.of(endpoint.domains), ids: call.ids))
        }
    }

    /// A key for single domains sees what is bound to one of them.
    private static func isVisible(_ endpoint: WebhookEndpoint, _ names: DomainNames, _ call: Call) -> Bool {
        guard let visible = call.access.visibleDomains else { return true }
        return endpoint.isBound && names.of(endpoint.domains).contains(where: visible.contains)
    }

    static func create(_ call: Call) async throws(KernelFailure) -> Effect {
        var form = try Form(call.body)
        let body = WebhookBody(&form, isNew: true)
        try form.finish()
        // `finish` has thrown where one is absent; the compiler cannot know.
        guard let url = body.url, let scope = body.scope else { throw .invalid(FieldFault("url", .missing)) }
        var choice = body.choice
        let names = scope == .scoped ? body.domains ?? [] : []
        if scope == .scoped, names.isEmpty { throw .invalid(FieldFault("domains", .requires(other: "at least one"))) }
        try call.access.authorise(domains: names)
        let bound = try DomainNames(call).ids(of: names)
        (choice.isBound, choice.domains) = (scope == .scoped, bound)
        choice.events = body.triggers(of: [])
        let ids = call.ids
        return try call.webhooks.making(choice, url: url) { endpoint, secret in
            .object(.created) {
                WebhookObject(endpoint: endpoint, domains: names, ids: ids, secret: secret).write(&$0)
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
        var choice = body.choice
        choice.url = body.url
        choice.events = body.triggers(of: endpoint.events)
        try bind(&choice, body, endpoint, names, call)
        return answer(try await call.webhooks.change(endpoint.id, choice), names, call)
    }

    /// Which domains it is bound to after a change: to be global empties them, to be scoped needs some.
    private static func bind(
        _ choice: inout WebhookDesk.Choice, _ body: WebhookBody, _ endpoint: WebhookEndpoint, _ names: DomainNames,
        _ call: Call
    ) throws(KernelFailure) {
        let isBound = body.scope.map { $0 == .scoped } ?? endpoint.isBound
        choice.isBound = isBound
        guard isBound else {
            if endpoint.isBound { try call.access.authorise(domains: []) }
            choice.domains = []
            return
        }
        if !endpoint.isBound, (body.domains ?? []).isEmpty {
            throw .invalid(FieldFault("domains", .requires(other: "at least one")))
        }
        guard let domains = body.domains else { return }
        // Each of the new ones, whatever the route's quantifier for the present ones is.
        for domain in domains { try call.access.authorise(domains: [domain]) }
        choice.domains = try names.ids(of: domains)
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        let endpoint = try await permitted(call, DomainNames(call))
        try await call.webhooks.delete(endpoint.id)
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
        let domains = try call.domains.all()
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
    let choice: WebhookDesk.Choice
    private let triggers: [Trigger: Bool]

    init(_ form: inout Form, isNew: Bool) {
        var choice = WebhookDesk.Choice()
        choice.label = form.name("name", required: isNew)
        url = form.url("url", required: isNew, maximumLength: AhaSendLimits.webhookURLBytes)
        scope = form.resourceScope(required: isNew)
        domains = form.domainNames()
        choice.isEnabled = form.bool("enabled")
        var triggers: [Trigger: Bool] = [:]
        for trigger in Trigger.allCases {
            guard let isWanted = form.flag(trigger) else { continue }
            triggers[trigger] = isWanted
        }
        self.triggers = triggers
        self.choice = choice
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
