import AdapterKit
import Base
import Model

/// What the routes under `/webhooks` do. Beside its object each answer about one webhook has what the Terraform
/// provider reads at the top.
enum Webhooks {
    static func create(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let url = form.url("url", required: true, maximumLength: PostStackLimits.webhookURLBytes)
        let events = form.eventNames(required: true)
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let url else { throw .invalid(FieldFault("url", .missing)) }
        let (endpoint, secret) = try await call.webhooks.create(url: url, events: events ?? []).run()
        return .object(.created) { answer in
            answer.webhook(endpoint, at: call.now)
            answer.member("signingSecret", secret)
            answer.member("secret", secret)
        }
    }

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let endpoints = try await call.webhooks.list().items.reversed()
        return .object { answer in
            answer.array("webhooks") { list in
                for endpoint in endpoints {
                    list.element(WebhookObject(endpoint: endpoint, now: call.now, isListed: true))
                }
            }
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let endpoint = try await call.webhooks.endpoint(webhookID(call))
        return .object { $0.webhook(endpoint, at: call.now) }
    }

    static func update(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let url = form.url("url", maximumLength: PostStackLimits.webhookURLBytes)
        let events = form.has("events") ? form.eventNames(required: false) : nil
        let isEnabled = form.bool("enabled")
        try form.finish()
        let endpoint = try await call.webhooks.edit(webhookID(call), url: url, events: events, isEnabled: isEnabled)
            .run()
        return .object { $0.webhook(endpoint, at: call.now) }
    }

    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.webhooks.delete(webhookID(call)).run()
        return .success
    }

    static func test(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.webhooks.test(webhookID(call)).run()
        return .success
    }

    static func rotateSecret(_ call: Call) async throws(KernelFailure) -> Answer {
        var hours = PostStackLimits.graceHours
        if !call.body.isEmpty {
            var form = try Form(call.body)
            hours = form.int("graceHours") ?? hours
            if !PostStackLimits.graceHoursRange.contains(hours) {
                let range = PostStackLimits.graceHoursRange
                form.note(FieldFault("graceHours", .range(minimum: range.lowerBound, maximum: range.upperBound)))
            }
            try form.finish()
        }
        let (endpoint, secret) = try await call.webhooks.rotateSecret(
            of: webhookID(call), grace: .seconds(hours * 3600)
        ).run()
        return .object { answer in
            answer.webhook(endpoint, at: call.now)
            answer.member("signingSecret", secret)
        }
    }

    // MARK: Deliveries

    static func deliveries(_ call: Call) async throws(KernelFailure) -> Answer {
        let page = PageNumber(call.query)
        let found = try await call.webhooks.deliveries(
            of: webhookID(call), Slice(offset: page.offset, limit: page.size))
        return .object { answer in
            answer.array("deliveries") { list in
                for (delivery, body) in found.items { list.element(DeliveryObject(delivery: delivery, body: body)) }
            }
            answer.member("pagination", PageMeta(page: page.number, perPage: page.size, total: found.total ?? 0))
        }
    }

    static func replay(_ call: Call) async throws(KernelFailure) -> Answer {
        let webhook = try webhookID(call)
        guard let delivery = call.number(1) else {
            _ = try await call.webhooks.endpoint(webhook)
            throw .notFound(.delivery)
        }
        try await call.webhooks.replay(WebhookDelivery.ID(delivery), of: webhook).run()
        return .success
    }

    /// Failed ones only.
    static func replayBatch(_ call: Call) async throws(KernelFailure) -> Answer {
        var (since, name): (Instant?, String?) = (nil, nil)
        var limit = PostStackLimits.replays
        if !call.body.isEmpty {
            var form = try Form(call.body)
            let minutes = form.int("withinMinutes")
            name = form.string("eventType")
            limit = min(max(form.int("limit") ?? limit, 1), PostStackLimits.replays)
            if let minutes {
                let range = 1...PostStackLimits.replayMinutes
                if !range.contains(minutes) {
                    form.note(
                        FieldFault("withinMinutes", .range(minimum: range.lowerBound, maximum: range.upperBound)))
                }
                since = call.now - .seconds(60) * min(max(minutes, 0), PostStackLimits.replayMinutes)
            }
            try form.finish()
        }
        let (replayed, remaining) = try await call.webhooks.replayFailed(
            of: webhookID(call), since: since, name: name, limit: limit
        ).run()
        return .object { answer in
            answer.member("replayed", replayed)
            answer.member("remaining", remaining)
        }
    }

    /// Whatever is no number of a webhook is not found.
    private static func webhookID(_ call: Call) throws(KernelFailure) -> WebhookEndpoint.ID {
        guard let number = call.number(0) else { throw .notFound(.webhook) }
        return WebhookEndpoint.ID(number)
    }
}

extension Call {
    fileprivate func number(_ index: Int) -> Int64? {
        let text = parameter(index)
        return text.utf8.allSatisfy(ASCII.isDigit) ? Int64(text) : nil
    }
}

extension Form {
    /// `*` or words joined by dots; a name that nothing is called by is taken, and nothing is ever sent for it.
    fileprivate mutating func eventNames(required: Bool) -> [String]? {
        let names = strings("events", required: required)
        if names.isEmpty, has("events") { note("events", .missing) }
        if names.count > PostStackLimits.webhookEvents {
            note("events", .count(minimum: 1, maximum: PostStackLimits.webhookEvents))
        }
        if let wrong = names.first(where: { !Self.isEventName($0) }) {
            note(FieldFault("events", .eventName, value: UserData(wrong)))
        }
        return names
    }

    private static func isEventName(_ name: String) -> Bool {
        if name == "*" { return true }
        let words = name.split(separator: ".", omittingEmptySubsequences: false)
        return words.count > 1 && name.utf8.count <= PostStackLimits.webhookEventBytes
            && words.allSatisfy { word in
                !word.isEmpty
                    && word.utf8.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x5F || $0 == 0x2D }
            }
    }
}

// MARK: Answers

extension JSONObjectWriter {
    /// The webhook, and its members that old clients look for at the top.
    fileprivate mutating func webhook(_ endpoint: WebhookEndpoint, at now: Instant) {
        member("webhook", WebhookObject(endpoint: endpoint, now: now))
        member("id", endpoint.id.value)
        member("url", endpoint.url.text)
        member("events", endpoint.events)
    }
}

/// A webhook as its account sees it.
struct WebhookObject: JSONWritable {
    let endpoint: WebhookEndpoint
    let now: Instant
    /// In a list it tells of its last delivery too.
    var isListed = false

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { webhook in
            webhook.member("id", endpoint.id.value)
            webhook.member("url", endpoint.url.text)
            webhook.member("events", endpoint.events)
            webhook.member("active", endpoint.isEnabled)
            webhook.member("createdAt", WireTime(endpoint.createdAt))
            webhook.member("secretRotatedAt", endpoint.secretRotatedAt.map(WireTime.init))
            webhook.member("previousSecretExpiresAt", endpoint.previousSecretExpiry(at: now).map(WireTime.init))
            webhook.member("consecutiveFailures", endpoint.health.consecutiveFailures)
            webhook.member("disabledAt", endpoint.disabledAt.map(WireTime.init))
            webhook.member("disabledReason", endpoint.disabledReason)
            guard isListed else { return }
            webhook.member("lastDeliveryAt", endpoint.health.lastAttemptAt.map(WireTime.init))
            webhook.member("lastDeliveryStatus", endpoint.health.lastStatus)
        }
    }
}

/// One line of a webhook's log.
struct DeliveryObject: JSONWritable {
    let delivery: WebhookDelivery
    let body: [UInt8]

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("id", delivery.id.value)
            object.member("webhookId", delivery.endpoint.value)
            object.member("eventType", delivery.name)
            object.member("payload", RawJSON(bytes: body))
            object.member("statusCode", delivery.status)
            object.member("responseBody", delivery.response?.text)
            object.member("attempts", delivery.attempts)
            object.member("nextRetryAt", delivery.nextAttemptAt.map(WireTime.init))
            object.member("deliveredAt", delivery.deliveredAt.map(WireTime.init))
            object.member("createdAt", WireTime(delivery.createdAt))
        }
    }
}
