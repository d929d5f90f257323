import AdapterKit
import Base
import Model

/// Endpoints of an account. One is for some of its domains, or for all of them.
enum Hooks {
    static let routes: [Route] = [
        .of(account: "/hooks", Scope.hooks, domains: .body("domains"), rule: .sealsAnswers, planner: create)
            .describes(
                "createHook", "Makes an endpoint.", request: Shapes.newHook, answers: [201: .json(Shapes.createdHook)]),
        .of(account: "/hooks", .get, Scope.hooks, domains: .narrowed, handler: list).describes(
            "listHooks", "Endpoints, latest first.", query: Shapes.listQuery,
            answers: [200: .json(Shapes.page(of: Shapes.hook))]),
        .of(account: "/hooks/:hook", .delete, Scope.hooks, domains: .stored, quantifier: .any, handler: remove)
            .describes("deleteHook", "Removes an endpoint.", answers: [200: .json(Shapes.done)]),
    ]

    static let accepted = "letter.accepted"

    static let format = WebhookFormat(
        rules: WebhookRules(
            names: [.delivered: ["letter.delivered"]], wildcard: "*", testName: "test",
            policy: AttemptPolicy(retries: RetryPolicy(listed: [.seconds(60)]), timeout: .seconds(10)),
            disableAfter: 100, keepsWhileOff: false,
            signing: WebhookSigning(
                parts: [.id, .time, .body], encoding: .base64, prefix: "v1,", separator: " ",
                fields: [.init("Signature", "{signatures}"), .init("Id", "{id}"), .init("Time", "{time}")]),
            secretPrefix: "whsec_", endpointsMax: 10),
        payload: { occasion, ids in
            JSONWriter.object { object in
                object.member("id", identity(occasion.delivery, ids))
                object.member("type", occasion.delivery.name)
                object.member(
                    "letter", occasion.message.map { ids.deliveries.text($0.id, recipient: 0, at: $0.createdAt) })
            }
        },
        identity: { identity($0, $1) })

    private static func identity(_ delivery: WebhookDelivery, _ ids: PublicIDs) -> String {
        delivery.event.map { ids.events.text($0) } ?? ids.webhookDeliveries.text(delivery.id)
    }

    /// Where no domains are named the endpoint is for all, which the key has to be as well: the server has asked only
    /// about those that are named.
    static func create(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let url = form.url("url", required: true, maximumLength: 1000)
        let names = form.strings("domains")
        try form.finish()
        guard let url else { throw .invalid(FieldFault("url", .missing)) }
        try call.access.authorise(domains: names)
        var domains: [MailDomain.ID] = []
        for name in names {
            guard let domain = try call.domains.named(name) else { throw .notFound(.domain) }
            domains.append(domain.id)
        }
        return try await call.webhooks.create(url: url, events: ["*"], domains: domains).map { endpoint, secret in
            .object(201) { answer in
                endpoint.write(&answer, call)
                answer.member("secret", secret)
            }
        }
    }

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let slice = try call.slice(of: "hooks", WebhookEndpoint.self)
        let page = try await call.webhooks.list(slice) { call.access.permits(oneOf: call.names(of: $0)) }
        return .page(page, call, of: "hooks", by: \.id) { $0.write(&$1, call) }
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let id = call.ids.webhooks.id(in: call.parameter(1)) else { throw .notFound(.webhook) }
        let endpoint = try await call.webhooks.endpoint(id)
        try call.access.authorise(domains: call.names(of: endpoint))
        try await call.webhooks.delete(id).run()
        return .done
    }
}

extension Call {
    /// Of the domains that an endpoint is for.
    fileprivate func names(of endpoint: WebhookEndpoint) -> [String] {
        endpoint.domains.compactMap { try? domains.domain($0).name }
    }
}

extension WebhookEndpoint {
    fileprivate func write(_ object: inout JSONObjectWriter, _ call: Call) {
        object.member("id", call.ids.webhooks.text(id))
        object.member("url", url.text)
        object.member("domains", call.names(of: self))
    }
}
