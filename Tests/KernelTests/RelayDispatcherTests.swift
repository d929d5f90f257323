import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Relay dispatcher")
struct RelayDispatcherTests {
    private let loop = HandLoop(time: HandTime())
    private let store = MemoryStore()
    private let bench: RelayBench

    init() async throws {
        _ = await store.commit([.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start))])
        bench = try RelayBench(loop: loop, store: store, directory: Fixture.directory())
        store.observe(relays: bench.dispatcher)
    }

    @discardableResult
    private func accept(_ request: RelayRequest = Fixture.relayRequest(), body: String = "hello") async -> Relay.ID {
        let relay = Fixture.relay(request, body: Array(body.utf8), at: loop.time.now)
        guard case .done(let serial) = await store.commit([.relay(.accept(relay))]).first else { return Relay.ID(0) }
        return Relay.ID(serial)
    }

    private func state(_ id: Relay.ID) async throws -> Relay.State? { try await store.relay(id)?.state }

    /// When each attempt was made, from the start.
    private func times(_ id: Relay.ID) async throws -> [Duration] {
        try await store.relayAttempts(id).map { $0.at - Fixture.start }
    }

    @Test("A request goes out as it was accepted, and its answer is recorded")
    func delivery() async throws {
        bench.transport.say { _ in .status(204) }
        let id = await accept(Fixture.relayRequest("https://hooks.example.com/in?a=b", method: "PUT"))
        let request = try #require(bench.transport.requests.first)
        #expect(request.method == "PUT" && request.url == "https://hooks.example.com/in?a=b")
        #expect(request.fields == [.init("X-A", "b")] && request.body == Array("hello".utf8))
        #expect(request.timeout == .seconds(10))
        #expect(try await state(id) == .delivered)
        #expect(try await store.relayAttempts(id).map(\.status) == [204])
    }

    @Test(
        "Without jitter the attempts stand exactly as the policy says",
        arguments: [
            (
                RetryPolicy.Delays.exponential(first: .milliseconds(1000), factor: 2, cap: .milliseconds(5000)),
                [
                    Duration.zero, .seconds(1), .seconds(3), .seconds(7), .seconds(12), .seconds(17),
                ]
            ),
            (
                .constant(.milliseconds(250)),
                [
                    .zero, .milliseconds(250), .milliseconds(500), .milliseconds(750), .milliseconds(1000),
                    .milliseconds(1250),
                ]
            ),
        ])
    func schedule(_ delays: RetryPolicy.Delays, _ expected: [Duration]) async throws {
        bench.transport.say { _ in .status(503) }
        let id = await accept(
            Fixture.relayRequest(policy: Fixture.relayPolicy(attempts: expected.count, delays: delays)))
        for (earlier, later) in zip(expected, expected.dropFirst()) {
            loop.advance(by: later - earlier - .nanoseconds(1))
            #expect(try await times(id).last == earlier)
            loop.advance(by: .nanoseconds(1))
        }
        #expect(try await times(id) == expected)
        #expect(try await state(id) == .dead)
        loop.advance(by: .seconds(1_000_000))
        #expect(bench.transport.requests.count == expected.count)
        let outcomes = try await store.relayAttempts(id).map(\.outcome)
        #expect(outcomes == Array(repeating: .retrying, count: expected.count - 1) + [.dead])
    }

    @Test("Full jitter waits anything up to the schedule's own wait")
    func jitter() async throws {
        bench.transport.say { _ in .status(500) }
        var waits: Set<Duration> = []
        for _ in 0..<20 {
            let policy = Fixture.relayPolicy(attempts: 2, delays: .constant(.seconds(10)), jitter: .full)
            let id = await accept(Fixture.relayRequest(policy: policy))
            let began = loop.time.now
            for _ in 0..<100 { loop.advance(by: .milliseconds(100)) }
            let attempts = try await store.relayAttempts(id)
            #expect(attempts.count == 2)
            waits.insert((attempts.last?.at ?? began) - began)
        }
        #expect(waits.count > 10 && waits.allSatisfy { $0 <= .seconds(10) })
    }

    @Test("What the receiver asks for takes the place of the wait, in seconds or as a date")
    func retryAfter() async throws {
        bench.transport.say { _ in .status(429, retryAfter: .seconds(7)) }
        let id = await accept(Fixture.relayRequest(policy: Fixture.relayPolicy(attempts: 3)))
        let date = Fixture.start + .seconds(47)
        bench.transport.say { _ in
            HTTPExchange(outcome: .answered(HTTPAnswer(status: 503, retryAt: date)))
        }
        loop.advance(by: .seconds(7))
        loop.advance(by: .seconds(40))
        #expect(try await times(id) == [.zero, .seconds(7), .seconds(47)])
    }

    @Test("A refusal by the target is final at once, a redirect too", arguments: [100, 301, 302, 307, 400, 404, 410])
    func rejected(status: Int) async throws {
        bench.transport.say { _ in .status(status) }
        let id = await accept()
        #expect(try await state(id) == .rejected)
        loop.advance(by: .seconds(100_000))
        #expect(bench.transport.requests.count == 1)
    }

    @Test("What is the target's passing trouble is tried again", arguments: [408, 429, 500, 503, 599])
    func retried(status: Int) async throws {
        bench.transport.say { _ in .status(status) }
        let id = await accept()
        #expect(try await state(id) == .retrying)
        bench.transport.say { _ in .status(200) }
        loop.advance(by: .seconds(1))
        #expect(try await state(id) == .delivered)
    }

    @Test("No answer is tried again, and says why", arguments: HTTPFailure.allCases)
    func failures(failure: HTTPFailure) async throws {
        bench.transport.say { _ in .failed(failure) }
        let id = await accept()
        #expect(try await state(id) == .retrying)
        let attempt = try #require(try await store.relayAttempts(id).first)
        #expect(attempt.failure == failure && attempt.status == nil)
    }

    @Test("A signature is made anew with each attempt, over the same bytes and with the same secret")
    func signing() async throws {
        bench.transport.say { _ in .status(500) }
        await accept(Fixture.relayRequest(isSigned: true), body: #"{"a":1}"#)
        loop.advance(by: .seconds(1))
        let secret = try await bench.service.signingSecret(of: Fixture.owner)
        #expect(secret.hasPrefix("whsec_") && secret.utf8.count > 40)
        #expect(bench.transport.requests.count == 2)
        for (index, request) in bench.transport.requests.enumerated() {
            let expected = WebhookSigner.fields(
                Fixture.relayRules.signing, secrets: [secret], id: "", event: "",
                time: Fixture.start + .seconds(index), body: Array(#"{"a":1}"#.utf8))
            #expect(request.fields == [.init("X-A", "b")] + expected)
        }
    }

    @Test("A target that hangs holds few places, and the others are served as if it were not there")
    func hangingTargets() async throws {
        bench.transport.hold { $0.url.contains("dead") }
        for round in 0..<20 {
            for target in 0..<10 { await accept(Fixture.relayRequest("https://dead\(target).example.com/\(round)")) }
        }
        let hanging = bench.transport.requests.count
        #expect(hanging == 10 * KernelLimits.relayWork.laneWidthAtStart)
        var alive: [Relay.ID] = []
        for target in 0..<200 { alive.append(await accept(Fixture.relayRequest("https://a\(target).example.com/"))) }
        for id in alive { #expect(try await state(id) == .delivered) }
        bench.transport.release()
    }

    @Test("What an earlier process left is sent, and what was delivered is not sent again")
    func restart() async throws {
        await accept()
        bench.transport.hold()
        await accept()
        await accept()
        loop.kill()
        let later = HandLoop(time: loop.time)
        let second = try RelayBench(loop: later, store: store, directory: Fixture.directory())
        store.observe(relays: second.dispatcher)
        await second.dispatcher.insert(try await store.pendingRelays(after: Relay.ID(0), limit: 100))
        #expect(second.transport.requests.count == 2)
        for id in 1...3 as ClosedRange<Int64> { #expect(try await state(Relay.ID(id)) == .delivered) }
        bench.transport.release()
    }

    @Test("An outcome that the store cannot take is offered again until it can")
    func storeFailure() async throws {
        bench.transport.hold()
        let id = await accept()
        store.refuseNext([.storageUnavailable, .overloaded(retryAfter: .seconds(1))])
        bench.transport.release()
        #expect(try await state(id) == .queued)
        loop.advance(by: KernelLimits.storageRetryDelay)
        loop.advance(by: KernelLimits.storageRetryDelay)
        #expect(try await state(id) == .delivered)
        #expect(bench.transport.requests.count == 1)
    }

    @Test("A paused target keeps what is for it")
    func paused() async throws {
        await bench.dispatcher.setPaused("https://hooks.example.com:443", true)
        let id = await accept()
        #expect(bench.transport.requests.isEmpty)
        await bench.dispatcher.setPaused("https://hooks.example.com:443", false)
        #expect(try await state(id) == .delivered)
    }
}
