import AdapterKit
import Base
import Model

/// What the routes under `/v1/open-collections` do: the one endpoint of an account that hears of all money which is no
/// waiting payment's. It is a webhook endpoint of one event that no other can ask for, and stands in no list of those.
enum OpenCollections {
    static let isOn = PersonalityOption.boolean(
        "openCollections", standard: false, local: true,
        "whether money without a code is told to merchants who ask for it")

    static let event = "transaction.forwarded"

    static func create(_ call: Call) async throws(KernelFailure) -> Answer {
        try checkIsOn(call)
        var form = try Form(call.body)
        let url = form.secureURL("url", required: true)
        let details = form.text("description")
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let url else { throw .invalid(FieldFault("url", .missing)) }
        guard try await find(call) == nil else { throw .alreadyExists(.webhook, field: event) }
        let (endpoint, secret) = try await call.webhooks.create(
            url: url, events: [event], facet: EndpointFacet(details: details).bytes
        ).run()
        let object = try await CollectionEndpointObject(endpoint, details, call)
        return .flat(.created) { answer in
            answer.member("data", object)
            answer.member("secret", secret)
        }
    }

    /// Null where there is none.
    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        try checkIsOn(call)
        guard let endpoint = try await find(call) else { return .data(call, CollectionEndpointObject?.none) }
        return .data(call, try await object(endpoint, call))
    }

    static func update(_ call: Call) async throws(KernelFailure) -> Answer {
        let endpoint = try await needed(call)
        var form = try Form(call.body)
        let url = form.secureURL("url")
        let details = form.text("description")
        let isActive = form.bool("is_active")
        try form.finish()
        let changed = try await call.webhooks.edit(
            endpoint.id, url: url, events: nil, isEnabled: isActive,
            facet: details == nil ? nil : EndpointFacet(details: details).bytes
        ).run()
        return .data(call, try await object(changed, call))
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.webhooks.delete(needed(call).id).run()
        return .flat { $0.member("deleted", true) }
    }

    /// One attempt, now.
    static func test(_ call: Call) async throws(KernelFailure) -> Answer {
        try await Webhooks.tested(call, needed(call).id, named: event)
    }

    static func reveal(_ call: Call) async throws(KernelFailure) -> Answer {
        try await Webhooks.revealed(call, needed(call).id)
    }

    private static func object(
        _ endpoint: WebhookEndpoint, _ call: Call
    ) async throws(KernelFailure) -> CollectionEndpointObject {
        let facets = try await call.facets(.webhook, of: [endpoint.id.value])
        return try await CollectionEndpointObject(endpoint, EndpointFacet(facets[endpoint.id.value]).details, call)
    }

    /// An account that it is not switched on for is told that it may not.
    private static func checkIsOn(_ call: Call) throws(KernelFailure) {
        guard call.option(isOn) else {
            throw .scopeMissing(
                ScopeShortfall(
                    anyOf: [scope], reported: scope, held: call.caller?.scopes ?? [], method: UserData(""),
                    path: UserData("")))
        }
    }

    private static let scope = "open_collections"

    private static func find(_ call: Call) async throws(KernelFailure) -> WebhookEndpoint? {
        try await call.webhooks.list().items.first(where: \.takesForwarded)
    }

    private static func needed(_ call: Call) async throws(KernelFailure) -> WebhookEndpoint {
        try checkIsOn(call)
        guard let endpoint = try await find(call) else { throw .notFound(.webhook) }
        return endpoint
    }
}

extension WebhookEndpoint {
    /// It is the account's endpoint for money without a code.
    var takesForwarded: Bool { events == [OpenCollections.event] }
}

/// The endpoint as its merchant sees it; never its secret.
struct CollectionEndpointObject: JSONWritable {
    private let endpoint: WebhookEndpoint
    private let details: String?
    private let id: String
    /// The latest attempts that went well and that did not, of those that are still known.
    private var lastSuccess: Instant?
    private var lastFailure: Instant?

    init(_ endpoint: WebhookEndpoint, _ details: String?, _ call: Call) async throws(KernelFailure) {
        self.endpoint = endpoint
        self.details = details
        id = call.ids.webhooks.text(endpoint.id)
        let latest = try await call.webhooks.deliveries(
            of: endpoint.id, Slice(limit: HarpoonLimits.deliveriesLookedAt)
        ).items.map(\.delivery)
        lastSuccess = latest.compactMap(\.deliveredAt).max()
        guard let lastAttempt = endpoint.health.lastAttemptAt else { return }
        if endpoint.health.failuresSinceSuccess > 0 { lastFailure = lastAttempt }
    }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("id", id)
            object.member("url", endpoint.url.text)
            object.member("description", details)
            object.member("is_active", endpoint.isEnabled)
            object.constants(#""is_sandbox":false"#)
            object.member("last_success_at", lastSuccess.map(WireTime.init))
            object.member("last_failure_at", lastFailure.map(WireTime.init))
            object.member("consecutive_failures", endpoint.health.failuresSinceSuccess)
            object.member("created_at", WireTime(endpoint.createdAt))
            object.member("updated_at", WireTime(endpoint.changedAt ?? endpoint.createdAt))
        }
    }
}

/// Money that is no waiting payment's, in the news of it.
struct ForwardedPayment: JSONWritable {
    let id: String
    let payment: IncomingPayment
    let paidAt: Instant

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("transaction_id", id)
            object.member("telco_transaction_id", payment.telcoID)
            object.member("provider", payment.provider.rawValue)
            object.member("amount", payment.amount)
            object.constants(#""currency":"GHS""#)
            object.member("reference", payment.reference)
            object.member("payer_phone", payment.payer.phone?.local)
            object.member("payer_name", payment.payerName)
            object.member("transaction_timestamp", WireTime(paidAt))
        }
    }

    /// What a test tells of: money that nobody sent.
    static func sample(at now: Instant) -> ForwardedPayment {
        var payment = IncomingPayment(provider: .mtn, amount: Money(pesewas: 100), telcoID: "00000000000")
        payment.reference = "TEST"
        return ForwardedPayment(id: "00000000-0000-4000-8000-000000000000", payment: payment, paidAt: now)
    }
}
