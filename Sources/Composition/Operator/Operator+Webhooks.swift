import Base
import Kernel
import Model
import Ports
import Storage

extension Operator {
    func listWebhooks(_ account: Int64?, _ place: ListPlace) async throws(KernelFailure) -> OperatorReply {
        let all = try await runtime.store.webhooks(of: nil)
        let endpoints = account.map { id in all.filter { $0.account.value == id } } ?? all
        return .json(describe.webhooks(place.cut(endpoints), lanes: await webhookLanes()))
    }

    func showWebhook(_ id: Int64) async throws(KernelFailure) -> OperatorReply {
        .json(describe.webhook(try await webhook(id), lanes: await webhookLanes()))
    }

    func listDeliveries(_ id: Int64, _ place: ListPlace) async throws(KernelFailure) -> OperatorReply {
        let endpoint = try await webhook(id)
        let page = try await runtime.store.webhookDeliveries(endpoint.id, place.slice())
        return .json(describe.deliveries(place.rows(of: page.items)))
    }

    func setWebhookPaused(_ id: Int64, _ isPaused: Bool) async throws(KernelFailure) -> OperatorReply {
        let endpoint = try await webhook(id)
        _ = try await setPaused("\(LaneID.webhookPrefix)\(endpoint.id.value)", isPaused)
        return .json(describe.webhook(endpoint, lanes: await webhookLanes()))
    }

    /// One delivery, or those that were given up.
    struct WebhookReplay: Sendable {
        var id: Int64
        var delivery: WebhookDelivery.ID?
        var within: Duration?
        /// In the dialect's word.
        var event: String?
        var limit: Int
        var isDryRun: Bool

        init(_ given: Arguments) {
            id = given.id
            delivery = given.number("delivery").map(WebhookDelivery.ID.init)
            within = given.duration("within")
            event = given.text("event")
            limit = given.limit
            isDryRun = given.flag("dry-run")
        }
    }

    func replayWebhook(_ replay: WebhookReplay) async throws(KernelFailure) -> OperatorReply {
        let endpoint = try await webhook(replay.id)
        let owner = Tenant(account: endpoint.account, origin: endpoint.origin)
        if let delivery = replay.delivery {
            try await runtime.webhooks.service.replay(delivery, of: endpoint.id, of: owner).run()
            return .json(JSONWriter.object { $0.member("replayed", 1) })
        }
        let query = FailedWebhooks(
            endpoint: endpoint.id, since: replay.within.map { runtime.time.now - $0 },
            name: replay.event, limit: replay.limit)
        let (count, remaining) = try await runtime.webhooks.service.replayFailed(
            query, isDryRun: replay.isDryRun, of: owner
        ).run()
        return .json(
            JSONWriter.object { object in
                object.member(replay.isDryRun ? "wouldReplay" : "replayed", count)
                object.member("remaining", remaining)
            })
    }

    private func webhook(_ id: Int64) async throws(KernelFailure) -> WebhookEndpoint {
        guard let endpoint = try await runtime.store.webhook(WebhookEndpoint.ID(id)) else { throw .notFound(.webhook) }
        return endpoint
    }

    private func webhookLanes() async -> [WebhookEndpoint.ID: WebhookLaneStatistics] {
        let lanes = await runtime.webhooks.dispatcher.statistics()
        return Dictionary(uniqueKeysWithValues: lanes.map { ($0.endpoint, $0) })
    }
}

extension OperatorJSON {
    func webhook(_ endpoint: WebhookEndpoint, lanes: [WebhookEndpoint.ID: WebhookLaneStatistics]) -> [UInt8] {
        JSONWriter.object { Self.write(endpoint, lanes[endpoint.id], &$0) }
    }

    func webhooks(_ endpoints: [WebhookEndpoint], lanes: [WebhookEndpoint.ID: WebhookLaneStatistics]) -> [UInt8] {
        JSONWriter.array { array in
            for endpoint in endpoints { array.object { Self.write(endpoint, lanes[endpoint.id], &$0) } }
        }
    }

    private static func write(
        _ endpoint: WebhookEndpoint, _ lane: WebhookLaneStatistics?, _ object: inout JSONObjectWriter
    ) {
        object.member("id", endpoint.id.value)
        object.member("account", endpoint.account.value)
        object.member("personality", endpoint.origin.name)
        object.member("url", endpoint.url.text)
        object.member("events", endpoint.events)
        object.member("enabled", endpoint.isEnabled)
        object.member("paused", lane?.isPaused ?? false)
        object.member("waiting", lane?.waiting ?? 0)
        object.member("running", lane?.running ?? 0)
        object.member("deliveries", endpoint.health.deliveries)
        object.member("failures", endpoint.health.consecutiveFailures)
        object.member("lastAttemptAt", endpoint.health.lastAttemptAt?.rfc3339(.milliseconds))
        object.member("lastStatus", endpoint.health.lastStatus)
        object.member("disabledAt", endpoint.disabledAt?.rfc3339(.milliseconds))
        object.member("disabledReason", endpoint.disabledReason)
        object.member("createdAt", endpoint.createdAt.rfc3339(.milliseconds))
    }

    func deliveries(_ deliveries: [WebhookDelivery]) -> [UInt8] {
        JSONWriter.array { array in
            for delivery in deliveries {
                array.object { object in
                    object.member("id", delivery.id.value)
                    object.member("event", delivery.name)
                    object.member("message", delivery.message?.value)
                    object.member("attempts", delivery.attempts)
                    object.member("status", delivery.status)
                    object.member("response", delivery.response?.text)
                    object.member("due", delivery.nextAttemptAt?.rfc3339(.milliseconds))
                    object.member("deliveredAt", delivery.deliveredAt?.rfc3339(.milliseconds))
                    object.member("createdAt", delivery.createdAt.rfc3339(.milliseconds))
                }
            }
        }
    }
}
