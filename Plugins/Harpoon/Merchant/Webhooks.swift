import AdapterKit
import Base
import Model

/// What the routes under `/v1/webhooks` do.
enum Webhooks {
    static func create(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let url = form.secureURL("url", required: true)
        let events = form.events(required: true)
        let details = form.text("description")
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let url else { throw .invalid(FieldFault("url", .missing)) }
        let (endpoint, secret) = try await call.webhooks.create(
            url: url, events: events, facet: EndpointFacet(details: details).bytes
        ).run()
        return .flat(.created) { answer in
            answer.object("data") { data in
                data.member("id", call.ids.webhooks.text(endpoint.id))
                data.member("url", endpoint.url.text)
                data.member("events", endpoint.events)
                data.member("secret", secret)
                data.member("is_active", endpoint.isEnabled)
                data.member("created_at", WireTime(endpoint.createdAt))
            }
            answer.member("message", "Webhook endpoint created. Save the secret now - it won't be shown again.")
            answer.object("meta") { $0.member("request_id", call.requestID) }
        }
    }

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let endpoints = try await call.webhooks.list(where: { !$0.takesForwarded }).items.reversed()
        let facets = try await call.facets(.webhook, of: endpoints.map(\.id.value))
        return .data(call, endpoints.map { EndpointObject($0, EndpointFacet(facets[$0.id.value]), call.ids) })
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        try await answer(call, endpoint(call))
    }

    static func update(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let url = form.secureURL("url")
        let events = form.has("events") ? form.events(required: true) : nil
        let details = form.text("description")
        let isActive = form.bool("is_active")
        try form.finish()
        let facet = details == nil ? nil : EndpointFacet(details: details).bytes
        let endpoint = try await call.webhooks.edit(
            endpoint(call).id, url: url, events: events, isEnabled: isActive, facet: facet
        ).run()
        return try await answer(call, endpoint)
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.webhooks.delete(endpoint(call).id).run()
        return .flat { $0.member("deleted", true) }
    }

    /// One attempt, now.
    static func test(_ call: Call) async throws(KernelFailure) -> Answer { try await tested(call, endpoint(call).id) }

    static func tested(
        _ call: Call, _ id: WebhookEndpoint.ID, named name: String? = nil
    ) async throws(KernelFailure) -> Answer {
        let attempt = try await call.webhooks.attemptTest(id, named: name)
        guard attempt.isDelivered, let status = attempt.status else {
            throw .endpointRefused(
                AttemptResult(
                    classification: .unknown, code: attempt.status ?? 0, text: attempt.response ?? UserData("")))
        }
        return .flat { answer in
            answer.member("status_code", status)
            answer.member("response_body", attempt.response?.text ?? "")
            answer.member("message", "Endpoint accepted the test delivery.")
        }
    }

    /// To whoever is logged in, for the password once more.
    static func reveal(_ call: Call) async throws(KernelFailure) -> Answer {
        try await revealed(call, endpoint(call).id)
    }

    static func revealed(_ call: Call, _ id: WebhookEndpoint.ID) async throws(KernelFailure) -> Answer {
        try await Sessions.checkPassword(call)
        let secret = try await call.webhooks.secret(of: id)
        return .flat { answer in
            answer.object("data") { data in
                data.member("id", call.ids.webhooks.text(id))
                data.member("secret", secret)
            }
        }
    }

    private static func answer(_ call: Call, _ endpoint: WebhookEndpoint) async throws(KernelFailure) -> Answer {
        let facets = try await call.facets(.webhook, of: [endpoint.id.value])
        return .data(call, EndpointObject(endpoint, EndpointFacet(facets[endpoint.id.value]), call.ids))
    }

    /// The one that the path names. What cannot name an endpoint names none, and that for money without a code is none
    /// of these.
    private static func endpoint(_ call: Call) async throws(KernelFailure) -> WebhookEndpoint {
        guard let id = call.ids.webhooks.id(in: call.parameter(0)) else { throw .notFound(.webhook) }
        let endpoint = try await call.webhooks.endpoint(id)
        guard !endpoint.takesForwarded else { throw .notFound(.webhook) }
        return endpoint
    }

    // MARK: Dead letters

    static func deadLetters(_ call: Call) async throws(KernelFailure) -> Answer {
        let limit = call.query.int("limit", in: HarpoonLimits.deadLetters, else: HarpoonLimits.deadLettersDefault)
        let letters = try await call.webhooks.deadLetters(
            includingReplayed: try flag("include_replayed", call.query), limit: limit)
        return .data(call, letters.map { DeadLetterObject(letter: $0, ids: call.ids) })
    }

    private static func flag(_ name: String, _ query: Query) throws(KernelFailure) -> Bool {
        switch query.text(name) {
        case nil, "false", "0": return false
        case "true", "1": return true
        case let text?: throw .invalid(FieldFault(name, .boolean, location: .query, value: UserData(text)))
        }
    }

    static func replay(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let id = DeadLetterObject.id(in: call.parameter(0), call.ids),
            try await call.webhooks.replayDeadLetters([id]) == [true]
        else { throw .notFound(.delivery) }
        return .object(call) { data in
            data.member("id", call.parameter(0))
            data.member("status", "queued")
        }
    }

    static func replayBatch(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let texts = form.strings("dead_letter_ids", required: true)
        if texts.count > HarpoonLimits.replays {
            form.note("dead_letter_ids", .count(minimum: 1, maximum: HarpoonLimits.replays))
        }
        if texts.isEmpty, form.has("dead_letter_ids") { form.note("dead_letter_ids", .missing) }
        try form.finish()
        let ids = texts.map { DeadLetterObject.id(in: $0, call.ids) }
        let replayed = Set(
            zip(ids.compactMap { $0 }, try await call.webhooks.replayDeadLetters(ids.compactMap { $0 }))
                .filter(\.1).map(\.0))
        let failed = zip(texts, ids).filter { $1.map { !replayed.contains($0) } ?? true }.map(\.0)
        return .object(call) { data in
            data.member("replayed", replayed.count)
            data.member("failed", failed)
        }
    }
}

extension Form {
    /// Names of the vendor's events.
    fileprivate mutating func events(required: Bool) -> [String] {
        let names = strings("events", required: required)
        if names.isEmpty, has("events"), value("events")?.elements != nil { note("events", .missing) }
        if names.count > HarpoonLimits.webhookEvents {
            note("events", .count(minimum: 1, maximum: HarpoonLimits.webhookEvents))
        }
        if let wrong = names.first(where: { TransactionEvent(rawValue: $0) == nil }) {
            note(FieldFault("events", .eventName, value: UserData(wrong)))
        }
        return names
    }
}

/// What an endpoint has here and not in the kernel.
struct EndpointFacet {
    let details: String?

    init(details: String?) { self.details = details }

    init(_ bytes: [UInt8]?) {
        let document = bytes.flatMap { try? JSONDocument($0, limits: JSONLimits(bytesMax: $0.count)) }
        details = document?.root["description"]?.string
    }

    var bytes: [UInt8] { JSONWriter.object { $0.memberIfPresent("description", details) } }
}

/// An endpoint as its merchant sees it; the secret is never shown again.
struct EndpointObject: JSONWritable {
    private let endpoint: WebhookEndpoint
    private let facet: EndpointFacet
    private let id: String

    init(_ endpoint: WebhookEndpoint, _ facet: EndpointFacet, _ ids: PublicIDs) {
        self.endpoint = endpoint
        self.facet = facet
        id = ids.webhooks.text(endpoint.id)
    }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("id", id)
            object.member("url", endpoint.url.text)
            object.member("events", endpoint.events)
            object.member("description", facet.details)
            object.member("is_active", endpoint.isEnabled)
            object.member("created_at", WireTime(endpoint.createdAt))
        }
    }
}

/// A delivery that was given up.
struct DeadLetterObject: JSONWritable {
    let letter: WebhookDeadLetter
    let ids: PublicIDs

    private static func codec(_ ids: PublicIDs) -> IDCodec<WebhookDelivery> { ids.records(PublicID.deadLetter) }

    static func id(in text: String, _ ids: PublicIDs) -> WebhookDelivery.ID? { codec(ids).id(in: text) }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let delivery = letter.delivery
        return slot.object { object in
            object.member("id", Self.codec(ids).text(delivery.id))
            object.member("webhook_id", WebhookPayload(delivery: delivery, ids: ids).identity)
            object.member("endpoint_id", letter.isOwn ? nil : ids.webhooks.text(delivery.endpoint))
            object.member("event", delivery.name)
            object.member("url", letter.url.text)
            object.member("payload", RawJSON(bytes: letter.body))
            object.member("attempts", delivery.attempts)
            object.member("last_status_code", delivery.status)
            object.member("last_error", delivery.response?.text)
            object.member("created_at", WireTime(delivery.createdAt))
            object.member("replayed_at", delivery.replayedAt.map(WireTime.init))
        }
    }
}
