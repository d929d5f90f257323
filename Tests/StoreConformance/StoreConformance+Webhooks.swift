import Base
import Model
import Ports
import Synchronization
import TestKit
import Testing

extension StoreConformance {
    static let webhooks = [
        StoreCheck("An endpoint is read back as it was made, changed and deleted") { bench in
            let id = try await bench.makeWebhook(Fixture.webhook(["mail.sent"], domains: [4, 5]))
            var expected = Fixture.webhook(["mail.sent"], domains: [4, 5])
            expected.id = id
            #expect(try await bench.store.webhook(id) == expected)
            let edit = WebhookEdit(url: UserData("http://b.example/"), events: ["*"], domains: [], isEnabled: false)
            _ = try await bench.webhook(.edit(id, edit, at: Fixture.start + .seconds(5)))
            let edited = try #require(try await bench.store.webhook(id))
            #expect(edited.url.text == "http://b.example/" && edited.events == ["*"] && edited.domains.isEmpty)
            #expect(!edited.isEnabled && edited.disabledAt == Fixture.start + .seconds(5))
            _ = try await bench.webhook(.edit(id, WebhookEdit(isEnabled: true), at: Fixture.start))
            #expect(try await bench.store.webhook(id)?.disabledAt == nil)
            #expect(try await bench.webhook(.delete(id, at: Fixture.start)).serial == id.value)
            #expect(try await bench.store.webhook(id) == nil)
            #expect(try await bench.store.webhooks(of: nil) == [])
            let again = try await bench.webhook(.delete(id, at: Fixture.start))
            #expect(again.failure == .notFound(.webhook))
            let late = try await bench.webhook(.edit(id, WebhookEdit(), at: Fixture.start))
            #expect(late.failure == .notFound(.webhook))
        },
        StoreCheck("Endpoints are an owner's") { bench in
            let mine = try await bench.makeWebhook(Fixture.webhook())
            let elsewhere = try await bench.makeWebhook(Fixture.webhook(origin: Fixture.otherPersonality))
            let other = Tenant(account: Account.ID(1), origin: Fixture.otherPersonality)
            #expect(try await bench.store.webhooks(of: Fixture.owner).map(\.id) == [mine])
            #expect(try await bench.store.webhooks(of: other).map(\.id) == [elsewhere])
            #expect(try await bench.store.webhooks(of: nil).map(\.id) == [mine, elsewhere])
            let orphan = try await bench.webhook(.create(Fixture.webhook(account: 77)))
            #expect(orphan.failure == .notFound(.account))
        },
        StoreCheck("Secrets are rotated, with the one before or without") { bench in
            let id = try await bench.makeWebhook(Fixture.webhook())
            let secrets = [
                WebhookEndpoint.SealedSecret(bytes: [9]),
                WebhookEndpoint.SealedSecret(bytes: [8], expiresAt: Fixture.start + .seconds(60)),
            ]
            _ = try await bench.webhook(.rotate(id, secrets, at: Fixture.start))
            let rotated = try #require(try await bench.store.webhook(id))
            #expect(rotated.secrets == secrets && rotated.secretRotatedAt == Fixture.start)
            _ = try await bench.webhook(.rotate(id, [secrets[0]], at: Fixture.start))
            #expect(try await bench.store.webhook(id)?.secrets == [secrets[0]])
        },
        StoreCheck("Each event is queued once for each endpoint and name that wants it, in its transaction") { bench in
            let listener = WebhookListener()
            bench.observe(webhooks: listener)
            let all = try await bench.makeWebhook(Fixture.webhook())
            let sent = try await bench.makeWebhook(Fixture.webhook(["sent", "mail.bounced"]))
            let id = try await bench.accept()
            try await bench.settle(Fixture.settlement(id.value))
            let events = try await bench.message(id).events
            let mine = try await bench.deliveries(all)
            #expect(mine.map(\.name) == ["mail.accepted", "mail.sent", "sent", "mail.delivered"])
            #expect(mine.map(\.event) == [events[0].id, events[1].id, events[1].id, events[2].id])
            #expect(mine.allSatisfy { $0.message == id && $0.attempts == 0 && $0.deliveredAt == nil })
            #expect(mine.map(\.createdAt) == [events[0].at, events[1].at, events[1].at, events[2].at])
            let theirs = try await bench.deliveries(sent)
            #expect(theirs.map(\.name) == ["sent"] && theirs.map(\.event) == [events[1].id])
            #expect(Set((mine + theirs).map(\.id)).count == 5)
            #expect(Set(listener.heard.map(\.id)) == Set((mine + theirs).map(\.id)))
            #expect(try await bench.store.pendingWebhooks().count == 5)
            #expect(try await bench.store.webhook(all)?.health.deliveries == 4)
        },
        StoreCheck("A message that is delivered when it is accepted has all its events told") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook())
            let id = try await bench.accept(Fixture.message(simulation: .delivered))
            if try await bench.pending() != [] { try await bench.settle(Fixture.settlement(id.value)) }
            let events = try await bench.message(id).events
            let deliveries = try await bench.deliveries(hook)
            #expect(deliveries.map(\.name) == ["mail.accepted", "mail.sent", "sent", "mail.delivered"])
            #expect(deliveries.map(\.event) == [events[0].id, events[1].id, events[1].id, events[2].id])
        },
        StoreCheck("Events of other accounts, origins and domains are nobody's here, nor are those while it is off") {
            bench in
            let hook = try await bench.makeWebhook(Fixture.webhook(domains: [2]))
            _ = try await bench.accept()
            _ = try await bench.accept(Fixture.message(account: 9, domain: 2))
            _ = try await bench.accept(Fixture.message(origin: Fixture.otherPersonality, domain: 2))
            #expect(try await bench.deliveries(hook) == [])
            _ = try await bench.webhook(.edit(hook, WebhookEdit(isEnabled: false), at: Fixture.start))
            _ = try await bench.accept(Fixture.message(domain: 2))
            #expect(try await bench.deliveries(hook) == [])
            _ = try await bench.webhook(.edit(hook, WebhookEdit(isEnabled: true), at: Fixture.start))
            _ = try await bench.accept(Fixture.message(domain: 2))
            #expect(try await bench.deliveries(hook).count == 1)
        },
        StoreCheck("A replayed acceptance tells nothing again") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook())
            let message = Fixture.message(idempotency: Fixture.idempotency("k"))
            try await bench.accept(message)
            #expect(try await bench.commit(.accept(message)).acceptance?.replayed == true)
            #expect(try await bench.deliveries(hook).count == 1)
        },
        StoreCheck("A delivery keeps the policy that it was queued under") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook())
            try await bench.accept()
            let delivery = try #require(try await bench.deliveries(hook).first)
            let stored = try await bench.store.webhookDelivery(delivery.id)
            #expect(stored == StoredWebhookDelivery(delivery: delivery, policy: Fixture.webhookRules.policy))
            #expect(try await bench.store.webhookDelivery(WebhookDelivery.ID(99)) == nil)
        },
        StoreCheck("Outcomes are recorded with the delivery and its endpoint, once") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook(["mail.accepted"]))
            for _ in 0..<3 { try await bench.accept() }
            let made = try await bench.deliveryNumbers(hook)
            let due = Fixture.start + .seconds(10)
            let outcome = try await bench.webhook(
                .settle([
                    Fixture.webhookSettlement(made[0], .again(due: due), status: nil),
                    Fixture.webhookSettlement(made[1], .delivered, status: 204),
                    Fixture.webhookSettlement(99, .delivered),
                    Fixture.webhookSettlement(made[2], .givenUp, attempts: 3, status: 500),
                ]))
            #expect(outcome.applied == [true, true, false, true])
            let log = try await bench.deliveries(hook)
            #expect(log.map(\.nextAttemptAt) == [due, nil, nil])
            #expect(log.map(\.deliveredAt) == [nil, Fixture.start, nil])
            #expect(log.map(\.status) == [nil, 204, 500])
            #expect(log.map(\.attempts) == [1, 1, 3])
            #expect(log.map(\.response?.text) == ["said", "said", "said"])
            let again = try await bench.webhook(.settle([Fixture.webhookSettlement(made[1], .givenUp)]))
            #expect(again.applied == [false])
            let health = try #require(try await bench.store.webhook(hook)).health
            #expect(health.consecutiveFailures == 1 && health.lastStatus == 500 && health.deliveries == 3)
            #expect(
                try await bench.store.pendingWebhooks()
                    == [PendingWebhook(id: WebhookDelivery.ID(made[0]), endpoint: hook, due: due, attempts: 1)])
        },
        StoreCheck("Too many given up in a row disable an endpoint, a success between forgets them") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook(["mail.accepted"]))
            for _ in 0..<6 { try await bench.accept() }
            let made = try await bench.deliveryNumbers(hook)
            let verdicts: [WebhookSettlement.Verdict] = [.givenUp, .givenUp, .delivered, .givenUp]
            for (id, verdict) in zip(made, verdicts) {
                _ = try await bench.webhook(.settle([Fixture.webhookSettlement(id, verdict)]))
            }
            #expect(try await bench.store.webhook(hook)?.isEnabled == true)
            _ = try await bench.webhook(.settle(made[4...].map { Fixture.webhookSettlement($0, .givenUp) }))
            let disabled = try #require(try await bench.store.webhook(hook))
            #expect(!disabled.isEnabled && disabled.disabledAt == Fixture.start)
            #expect(disabled.disabledReason == "3 deliveries in a row failed")
            _ = try await bench.accept()
            #expect(try await bench.deliveries(hook).count == 6)
            _ = try await bench.webhook(.edit(hook, WebhookEdit(isEnabled: true), at: Fixture.start))
            let revived = try #require(try await bench.store.webhook(hook))
            #expect(revived.isEnabled && revived.disabledAt == nil && revived.disabledReason == nil)
            #expect(revived.health.consecutiveFailures == 0)
            _ = try await bench.accept()
            #expect(try await bench.deliveries(hook).count == 7)
        },
        StoreCheck("What is finished is queued anew, under the identity that it has") { bench in
            let listener = WebhookListener()
            let hook = try await bench.makeWebhook(Fixture.webhook(["mail.accepted"]))
            for _ in 0..<3 { try await bench.accept() }
            let made = try await bench.deliveryNumbers(hook)
            _ = try await bench.webhook(
                .settle([Fixture.webhookSettlement(made[0], .delivered), Fixture.webhookSettlement(made[1], .givenUp)]))
            bench.observe(webhooks: listener)
            let at = Fixture.start + .seconds(100)
            let ids = (made + [99]).map { WebhookDelivery.ID($0) }
            #expect(try await bench.webhook(.replay(ids, at: at)).applied == [true, true, false, false])
            let log = try await bench.deliveries(hook)
            #expect(log.map(\.nextAttemptAt) == [at, at, Fixture.start])
            #expect(log.map(\.attempts) == [0, 0, 0] && log.map(\.deliveredAt) == [nil, nil, nil])
            #expect(listener.heard.map(\.id) == Array(ids.prefix(2)))
            #expect(log.map(\.event) == (try await bench.store.events(after: MailEvent.ID(0), limit: 9)).map(\.id))
        },
        StoreCheck("Failed deliveries are found by age and name, oldest first, with their number") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook(["mail.accepted", "hook.test"]))
            for second in 0..<4 {
                let at = Fixture.start + .seconds(second)
                try await bench.accept(Fixture.message(at: at))
            }
            _ = try await bench.webhook(
                .post(WebhookAnnouncement(name: "hook.test", data: [], at: Fixture.start), to: hook))
            let made = try await bench.deliveryNumbers(hook)
            _ = try await bench.webhook(
                .settle([made[0], made[1], made[3], made[4]].map { Fixture.webhookSettlement($0, .givenUp) }))
            let found = try await bench.store.failedWebhooks(FailedWebhooks(endpoint: hook, limit: 2))
            #expect(found.deliveries.map(\.value) == [made[0], made[1]] && found.total == 4)
            let late = try await bench.store.failedWebhooks(
                FailedWebhooks(endpoint: hook, since: Fixture.start + .seconds(1), name: "mail.accepted", limit: 9))
            #expect(late.deliveries.map(\.value) == [made[1], made[3]] && late.total == 2)
        },
        StoreCheck("An event of another kind reaches who wants it, with its data") { bench in
            let all = try await bench.makeWebhook(Fixture.webhook())
            let some = try await bench.makeWebhook(Fixture.webhook(["mail.sent"]))
            let news = WebhookAnnouncement(name: "domain.verified", data: Array("{}".utf8), at: Fixture.start)
            #expect(try await bench.webhook(.announce(news, Fixture.owner)).serial == 1)
            #expect(try await bench.deliveries(all).map(\.data) == [Array("{}".utf8)])
            #expect(try await bench.deliveries(some) == [])
        },
        StoreCheck("With an endpoint goes what waits for it") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook())
            let other = try await bench.makeWebhook(Fixture.webhook(["mail.accepted"]))
            try await bench.accept()
            _ = try await bench.webhook(.delete(hook, at: Fixture.start))
            #expect(try await bench.store.pendingWebhooks().map(\.endpoint) == [other])
            try await bench.accept()
            #expect(try await bench.store.pendingWebhooks().map(\.endpoint) == [other, other])
        },
        StoreCheck("Webhooks are there after a restart") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook(["mail.accepted"]))
            try await bench.accept()
            let before = try await bench.store.pendingWebhooks()
            #expect(before.count == 1)
            try await bench.reopen()
            #expect(try await bench.store.pendingWebhooks() == before)
            try await bench.accept()
            let after = try await bench.store.pendingWebhooks()
            #expect(after.first == before.first && after.count == 2 && after[0].id < after[1].id)
            #expect(try await bench.store.webhook(hook)?.health.deliveries == 2)
        },
    ]
}

extension StoreBench {
    /// Makes an endpoint of the first account, which is made if there is none.
    func makeWebhook(_ endpoint: WebhookEndpoint) async throws -> WebhookEndpoint.ID {
        if try await store.directory().accounts.isEmpty {
            _ = try await commit(.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start)))
        }
        return WebhookEndpoint.ID(try #require(try await webhook(.create(endpoint)).serial))
    }

    func webhook(_ change: WebhookChange) async throws -> ChangeOutcome { try await commit(.webhook(change)) }

    /// Of all deliveries that an endpoint has had, oldest first.
    func deliveryNumbers(_ endpoint: WebhookEndpoint.ID) async throws -> [Int64] {
        try await deliveries(endpoint).map(\.id.value)
    }

    /// Oldest first.
    func deliveries(_ endpoint: WebhookEndpoint.ID) async throws -> [WebhookDelivery] {
        try await store.webhookDeliveries(endpoint, Slice(limit: 100)).items.reversed()
    }
}

/// Remembers what it heard.
final class WebhookListener: WebhookObserver {
    private let collected = Mutex<[PendingWebhook]>([])

    func queued(_ webhooks: [PendingWebhook]) { collected.withLock { $0 += webhooks } }

    var heard: [PendingWebhook] { collected.withLock { $0 } }
}
