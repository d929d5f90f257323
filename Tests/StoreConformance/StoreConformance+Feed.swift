import Base
import Model
import Ports
import Synchronization
import TestKit
import Testing

extension StoreConformance {
    static let feed = [
        StoreCheck("Memory hears of committed changes in their order, and of refused ones nothing") { bench in
            let listener = FactListener()
            bench.store.observe(facts: listener)
            _ = await bench.store.commit([
                .directory(.createAccount(name: "a", parent: nil, at: Fixture.start)),
                .directory(.setAccountState(Account.ID(9), .suspended)),
                .directory(.setAccountState(Account.ID(1), .suspended)),
                .domain(.create(Fixture.domain())), .domain(.remove(MailDomain.ID(1))),
            ])
            #expect(listener.heard == ["createAccount 1", "setAccountState 1", "domain create", "domain remove"])
        },
        StoreCheck("What a maker is told is in memory already, also where a unit of work made it") { bench in
            let listener = FactListener()
            bench.store.observe(facts: listener)
            let unit = KeyedPlan(
                record: Fixture.idempotency("k", "r"), whenDifferent: .refuse, at: Fixture.start,
                expiresAt: Fixture.start + .seconds(60),
                changes: [.directory(.createAccount(name: "a", parent: nil, at: Fixture.start))]
            ) { _ in StoredAnswer(status: 200, body: []) }
            _ = try await bench.commit(.keyed(unit))
            #expect(listener.heard == ["createAccount 1"])
            _ = try await bench.commit(.keyed(unit))
            #expect(listener.heard.count == 1)
        },
        StoreCheck("Memory hears how an endpoint is after each change, and when it is gone") { bench in
            let listener = FactListener()
            let id = try await bench.makeWebhook(Fixture.webhook())
            bench.store.observe(facts: listener)
            _ = try await bench.webhook(.edit(id, WebhookEdit(isEnabled: false), at: Fixture.start))
            let edited = try #require(try await bench.store.webhook(id))
            _ = try await bench.webhook(.delete(id, at: Fixture.start))
            #expect(listener.endpoints == [edited])
            #expect(listener.heard == ["webhook 1", "webhook 1 removed"])
        },
        StoreCheck("Memory hears of an endpoint that its failures have disabled") { bench in
            let id = try await bench.makeWebhook(Fixture.webhook())
            let listener = FactListener()
            bench.store.observe(facts: listener)
            while try await bench.store.webhook(id)?.isEnabled == true {
                try await bench.accept()
                let due = try await bench.store.pendingWebhooks().map(\.id)
                try #require(!due.isEmpty)
                let ends = due.map { delivery in
                    WebhookSettlement(
                        id: delivery, endpoint: id, at: Fixture.start, verdict: .givenUp, attempts: 1, status: 500,
                        response: nil)
                }
                _ = try await bench.webhook(.settle(ends))
            }
            #expect(listener.endpoints.map(\.isEnabled) == [false])
        },
        StoreCheck("A tenant has no more endpoints than its change allows, and deleted ones do not count") { bench in
            let first = try await bench.makeWebhook(Fixture.webhook())
            let second = WebhookChange.create(Fixture.webhook(), atMost: 1)
            #expect(
                try await bench.webhook(second).failure
                    == .planLimitReached(.webhook, current: 1, maximum: 1, plan: ""))
            let elsewhere = Fixture.webhook(origin: Fixture.otherPersonality)
            #expect(try await bench.webhook(.create(elsewhere, atMost: 1)).serial != nil)
            _ = try await bench.webhook(.delete(first, at: Fixture.start))
            #expect(try await bench.webhook(second).serial != nil)
        },
    ]
}

/// Remembers what it heard.
private final class FactListener: FactObserver {
    private let collected = Mutex<[StoreFact]>([])

    func committed(_ facts: [StoreFact]) { collected.withLock { $0 += facts } }

    /// In words: what a check tells apart.
    var heard: [String] {
        collected.withLock { $0 }.map { fact in
            switch fact {
            case .directory(.createAccount, let serial): "createAccount \(serial)"
            case .directory(.setAccountState, let serial): "setAccountState \(serial)"
            case .directory(_, let serial): "directory \(serial)"
            case .domain(.create, _): "domain create"
            case .domain(.remove, _): "domain remove"
            case .domain(_, let serial): "domain \(serial)"
            case .webhook(let endpoint): "webhook \(endpoint.id.value)"
            case .webhookRemoved(let id): "webhook \(id.value) removed"
            }
        }
    }

    var endpoints: [WebhookEndpoint] {
        collected.withLock { $0 }.compactMap { if case .webhook(let endpoint) = $0 { endpoint } else { nil } }
    }
}
