import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Webhook dispatcher")
struct WebhookDispatcherTests {
    private let loop = HandLoop(time: HandTime())
    private let store = MemoryStore()
    private let bench: WebhookBench
    private let owner = Fixture.owner

    init() async throws {
        bench = try WebhookBench(loop: loop, store: store)
        store.observe(webhooks: bench.dispatcher)
        _ = await store.commit([.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start))])
    }

    private func endpoint(
        _ events: [String] = ["mail.accepted"], url: String = "https://hooks.example/in"
    ) async throws -> WebhookEndpoint {
        try await bench.service.create(url: #require(WebURL(url)), events: events, for: owner).run().endpoint
    }

    private func accept(_ count: Int = 1) async {
        for _ in 0..<count { _ = await store.commit([.accept(Fixture.message(at: loop.time.now))]) }
    }

    /// The body that tells of the first message.
    private func told() async throws -> String {
        let event = try #require(try await store.events(after: MailEvent.ID(0), limit: 1).first)
        return "mail.accepted \(event.id.value) \(event.message.value)"
    }

    /// How the delivery that was queued as this one in the row names itself, from 1 on.
    private func identity(_ place: Int) throws -> String { "id-\(try number(place).value)" }

    private func number(_ place: Int) throws -> WebhookDelivery.ID {
        try #require(store.webhookDeliveryIDs.dropFirst(place - 1).first)
    }

    private func log(_ endpoint: WebhookEndpoint) async throws -> [WebhookDelivery] {
        try await store.webhookDeliveries(endpoint.id, Slice(limit: 1000)).items.reversed()
    }

    @Test("An event is posted, signed with the endpoint's secret, and the answer is recorded")
    func delivery() async throws {
        let made = try await bench.service.create(
            url: #require(WebURL("https://hooks.example/in")), events: ["*"], for: owner
        ).run()
        bench.transport.say { _ in .status(204, "thanks") }
        await accept()
        let request = try #require(bench.transport.requests.first)
        #expect(request.method == "POST" && request.url == "https://hooks.example/in")
        #expect(request.timeout == Fixture.webhookRules.policy.timeout)
        #expect(bench.transport.bodies == [try await told()])
        let expected = WebhookSigner.fields(
            Fixture.webhookRules.signing, secrets: [made.secret], id: try identity(1), event: "", time: Fixture.start,
            body: request.body)
        #expect(request.fields == [.init("Content-Type", "application/json")] + expected)
        let delivery = try #require(try await log(made.endpoint).first)
        #expect(delivery.deliveredAt == Fixture.start && delivery.status == 204 && delivery.attempts == 1)
        #expect(delivery.response?.text == "thanks" && delivery.nextAttemptAt == nil)
    }

    @Test("A failure is tried again by the schedule, under the same identity, and then given up")
    func retries() async throws {
        let endpoint = try await endpoint()
        bench.transport.say { _ in .status(500) }
        await accept()
        #expect(try await log(endpoint).first?.nextAttemptAt == Fixture.start + .seconds(10))
        loop.advance(by: .seconds(9))
        #expect(bench.transport.requests.count == 1)
        loop.advance(by: .seconds(1))
        #expect(bench.transport.requests.count == 2)
        loop.advance(by: .seconds(60))
        #expect(bench.transport.requests.count == 3)
        loop.advance(by: .seconds(100_000))
        #expect(bench.transport.requests.count == 3)
        #expect(Set(bench.transport.bodies) == [try await told()])
        #expect(try Set(bench.transport.requests.map { $0.fields.last?.value }) == [identity(1)])
        let delivery = try #require(try await log(endpoint).first)
        #expect(delivery.nextAttemptAt == nil && delivery.deliveredAt == nil && delivery.attempts == 3)
        #expect(try await store.webhook(endpoint.id)?.health.consecutiveFailures == 1)
    }

    @Test("Attempts are counted by outcome and by what the endpoint answered")
    func counts() async throws {
        _ = try await endpoint()
        bench.transport.say { _ in .status(503) }
        await accept()
        bench.transport.say { _ in .failed(.connect) }
        loop.advance(by: .seconds(10))
        bench.transport.say { _ in .status(204) }
        loop.advance(by: .seconds(60))
        bench.transport.say { _ in .status(410) }
        await accept()
        let figures = await bench.dispatcher.figures()
        #expect(OutcomeCounts.Outcome.allCases.map { figures.outcomes[$0] } == [1, 2, 0, 1])
        #expect(AnswerCounts.classes.map { figures.answers[$0] } == [0, 1, 0, 1, 1] && figures.answers.none == 1)
    }

    @Test("A fatal answer ends it at once; no answer does not", arguments: HTTPFailure.allCases)
    func verdicts(failure: HTTPFailure) async throws {
        let endpoint = try await endpoint()
        bench.transport.say { _ in .status(410) }
        await accept()
        #expect(try await log(endpoint).first?.nextAttemptAt == nil)
        bench.transport.say { _ in .failed(failure) }
        await accept()
        let second = try #require(try await log(endpoint).last)
        #expect(second.nextAttemptAt != nil && second.status == nil && second.response?.text == failure.sentence)
    }

    @Test("A dead endpoint holds up nobody, however much waits for it")
    func deadEndpoint() async throws {
        let dead = try await endpoint(url: "https://dead.example/")
        bench.transport.say { $0.url.contains("dead") ? .failed(.timeout) : .status(200) }
        bench.transport.hold { $0.url.contains("dead") }
        await accept(200)
        let hanging = bench.transport.requests.count
        #expect(hanging <= KernelLimits.webhookWork.laneWidthAtStart)
        let alive = try await endpoint(url: "https://alive.example/")
        await accept(20)
        #expect(try await log(alive).allSatisfy { $0.deliveredAt != nil })
        bench.transport.release()
        #expect(try await log(dead).allSatisfy { $0.deliveredAt == nil })
    }

    @Test("Many given up in a row disable the endpoint; what waits is kept until it is revived")
    func disabling() async throws {
        let endpoint = try await endpoint()
        bench.transport.say { _ in .status(410) }
        await accept(2)
        bench.transport.say { _ in .status(500) }
        await accept()
        bench.transport.say { _ in .status(410) }
        await accept()
        let disabled = try #require(try await store.webhook(endpoint.id))
        #expect(!disabled.isEnabled && disabled.disabledReason != nil)
        let count = bench.transport.requests.count
        loop.advance(by: .seconds(3600))
        await accept()
        #expect(bench.transport.requests.count == count)
        bench.transport.say { _ in .status(200) }
        let revived = try await bench.service.edit(endpoint.id, url: nil, events: nil, isEnabled: true, of: owner).run()
        #expect(revived.isEnabled && revived.health.consecutiveFailures == 0)
        #expect(try await log(endpoint)[2].deliveredAt != nil)
        #expect(try await log(endpoint).count == 4)
    }

    @Test("While the operator has paused it, events are kept; afterwards they go out")
    func pause() async throws {
        let endpoint = try await endpoint()
        await bench.dispatcher.setPaused(endpoint.id, true)
        await accept(3)
        #expect(bench.transport.requests.isEmpty)
        #expect(try await log(endpoint).count == 3)
        await bench.dispatcher.setPaused(endpoint.id, false)
        #expect(bench.transport.requests.count == 3)
    }

    @Test("A rotated secret signs beside the old one for the time of grace")
    func rotation() async throws {
        let made = try await bench.service.create(
            url: #require(WebURL("https://hooks.example/in")), events: ["*"], for: owner
        ).run()
        let rotated = try await bench.service.rotateSecret(of: made.endpoint.id, grace: .seconds(60), of: owner).run()
        #expect(rotated.secret != made.secret)
        #expect(rotated.endpoint.previousSecretExpiry(at: loop.time.now) == Fixture.start + .seconds(60))
        func signatures() -> [String] {
            let field = bench.transport.requests.last?.fields.first { $0.name == "X-Signature" }
            return field?.value.split(separator: ",").map(String.init) ?? []
        }
        func expected(_ secret: String) -> String {
            WebhookSigner.fields(
                Fixture.webhookRules.signing, secrets: [secret], id: "", event: "", time: Fixture.start,
                body: bench.transport.requests.last?.body ?? [])[0].value
        }
        await accept()
        #expect(signatures() == [expected(rotated.secret), expected(made.secret)])
        loop.advance(by: .seconds(60))
        await accept()
        #expect(signatures() == [expected(rotated.secret)])
        let last = try await bench.service.rotateSecret(of: made.endpoint.id, grace: .zero, of: owner).run()
        await accept()
        #expect(signatures() == [expected(last.secret)])
    }

    @Test("A test event goes to an endpoint whatever it wants to hear of")
    func test() async throws {
        let endpoint = try await endpoint(["mail.bounced"])
        try await bench.service.test(endpoint.id, of: owner).run()
        #expect(bench.transport.bodies == ["hook.test 0 0"])
    }

    @Test("Deliveries are replayed one by one or as failed ones, under their identities")
    func replays() async throws {
        let endpoint = try await endpoint()
        bench.transport.say { _ in .status(410) }
        await accept(2)
        bench.transport.say { _ in .status(200) }
        await accept()
        let query = FailedWebhooks(endpoint: endpoint.id, limit: 1)
        let dry = try await bench.service.replayFailed(query, isDryRun: true, of: owner).run()
        #expect(dry == (1, 1))
        #expect(bench.transport.requests.count == 3)
        #expect(try await bench.service.replayFailed(query, of: owner).run() == (1, 1))
        #expect(bench.transport.requests.count == 4)
        #expect(try bench.transport.requests[3].fields.last?.value == identity(1))
        #expect(try await bench.service.replayFailed(query, of: owner).run() == (1, 0))
        try await bench.service.replay(number(3), of: endpoint.id, of: owner).run()
        #expect(try bench.transport.requests.last?.fields.last?.value == identity(3))
        await #expect(throws: KernelFailure.notFound(.delivery)) {
            try await bench.service.replay(WebhookDelivery.ID(99), of: endpoint.id, of: owner).run()
        }
    }

    @Test("What an earlier process left is delivered, and what it had finished is not")
    func restart() async throws {
        let endpoint = try await endpoint()
        bench.transport.hold()
        await accept(3)
        loop.kill()
        let later = HandLoop(time: loop.time)
        let second = try WebhookBench(loop: later, store: store)
        store.observe(webhooks: second.dispatcher)
        for endpoint in try await store.webhooks(of: nil) { second.dispatcher.put(endpoint) }
        await second.dispatcher.insert(try await store.pendingWebhooks())
        #expect(second.transport.requests.count == 3)
        #expect(try await log(endpoint).allSatisfy { $0.deliveredAt != nil })
        #expect(try await store.pendingWebhooks() == [])
        bench.transport.release()
    }

    @Test("An outcome that the store cannot take is offered again until it can")
    func storeFailure() async throws {
        let endpoint = try await endpoint()
        bench.transport.hold()
        await accept()
        store.refuseNext([.storageUnavailable, .overloaded(retryAfter: .seconds(1))])
        bench.transport.release()
        #expect(try await log(endpoint).first?.deliveredAt == nil)
        loop.advance(by: KernelLimits.storageRetryDelay)
        loop.advance(by: KernelLimits.storageRetryDelay)
        #expect(try await log(endpoint).first?.deliveredAt != nil)
        #expect(bench.transport.requests.count == 1)
    }

    @Test("A draining dispatcher finishes what is on its way and begins nothing")
    func drain() async throws {
        _ = try await endpoint()
        bench.transport.hold()
        await accept()
        let drained = Task { await bench.dispatcher.drain() }
        while bench.transport.requests.isEmpty { await Task.yield() }
        bench.transport.release()
        await drained.value
        await accept()
        #expect(bench.transport.requests.count == 1)
    }
}
