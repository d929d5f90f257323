import Base
import DNSWire
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Relay service")
struct RelayServiceTests {
    private let loop = HandLoop(time: HandTime())
    private let store = MemoryStore()
    private let bench: RelayBench
    private let caller = Principal(Fixture.key())

    init() async throws {
        bench = try Self.bench(loop, store)
        store.observe(relays: bench.dispatcher)
        _ = await store.commit([.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start))])
    }

    private static func bench(
        _ loop: HandLoop, _ store: MemoryStore, egress: EgressPolicy = EgressPolicy()
    ) throws -> RelayBench {
        var callable = Fixture.domain(name: "acme.test")
        callable.target = .verified
        let pending = Fixture.domain(2, name: "pending.test")
        var local = Fixture.domain(3, name: "app.localhost")
        local.target = .pinned
        return try RelayBench(
            loop: loop, store: store, directory: Fixture.directory(domains: [callable, pending, local]), egress: egress)
    }

    private func accept(_ target: String, _ caller: Principal? = nil) async throws(KernelFailure) -> Relay.ID {
        try await bench.service.accept(
            Fixture.relayRequest(target), body: [], field: "target", by: caller ?? self.caller
        ).run().id
    }

    private func refusal(_ target: String, _ caller: Principal? = nil) async -> KernelFailure? {
        do throws(KernelFailure) {
            _ = try await accept(target, caller)
            return nil
        } catch {
            return error
        }
    }

    private func notPublic(_ target: String) -> KernelFailure {
        .invalid(FieldFault("target", .publicAddress, value: UserData(target)))
    }

    @Test(
        "A domain covers itself and what is below it, and nothing else",
        arguments: [
            ("https://acme.test/", true), ("https://hooks.acme.test/", true), ("https://a.b.c.acme.test:8443/x", true),
            ("https://acme.test./", true), ("https://pending.test/", false), ("https://xacme.test/", false),
            ("https://test/", false), ("https://acme.test.evil.example/", false),
        ])
    func domains(_ target: String, _ isCovered: Bool) async throws {
        let host = try #require(WebURL(target)).host
        let expected = isCovered ? nil : KernelFailure.domainUnverified(UserData(host), role: .destination)
        #expect(await refusal(target) == expected)
    }

    @Test(
        "A literal address is refused before its domain is asked for, in any spelling",
        arguments: [
            "https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://2130706433/", "https://10.1.2.3/x",
            "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "https://[fc00::1]/", "https://localhost/",
            "https://x.localhost/", "https://localhost./", "https://acme.test:25/",
        ])
    func literals(_ target: String) async { #expect(await refusal(target) == notPublic(target)) }

    @Test("A name with one address that is not public is refused, after its domain was asked for")
    func addresses() async throws {
        let address = try #require(IPAddress("10.0.0.1"))
        let publicAddress = try #require(IPAddress("93.184.216.34"))
        bench.resolver.put("inside.acme.test", .a(publicAddress), .a(address))
        bench.resolver.put("inside6.acme.test", .aaaa(try #require(IPAddress("fd00::1"))))
        bench.resolver.put("outside.acme.test", .a(publicAddress))
        bench.resolver.put("elsewhere.test", .a(address))
        #expect(await refusal("https://inside.acme.test/") == notPublic("https://inside.acme.test/"))
        #expect(await refusal("https://inside6.acme.test/") == notPublic("https://inside6.acme.test/"))
        #expect(await refusal("https://outside.acme.test/") == nil)
        #expect(
            await refusal("https://elsewhere.test/")
                == .domainUnverified(UserData("elsewhere.test"), role: .destination))
    }

    @Test("A name that does not resolve, or cannot be asked for now, is accepted")
    func unresolved() async throws {
        #expect(await refusal("https://nowhere.acme.test/") == nil)
        bench.resolver.fail("broken.acme.test")
        #expect(await refusal("https://broken.acme.test/") == nil)
    }

    @Test("What a host's addresses came to is remembered for a moment, and then asked anew")
    func memory() async throws {
        let address = try #require(IPAddress("10.0.0.1"))
        #expect(await refusal("https://moving.acme.test/") == nil)
        let asked = bench.resolver.questions.count
        bench.resolver.put("moving.acme.test", .a(address))
        #expect(await refusal("https://moving.acme.test/") == nil)
        #expect(bench.resolver.questions.count == asked)
        loop.advance(by: KernelLimits.hostVerdictAge)
        #expect(await refusal("https://moving.acme.test/") != nil)
    }

    @Test("The operator's exceptions hold at accept too")
    func exceptions() async throws {
        let network = try #require(IPNetwork("127.0.0.0/8"))
        let allowed = try Self.bench(loop, store, egress: EgressPolicy(allow: [network]))
        let request = Fixture.relayRequest("https://hooks.app.localhost:8443/")
        _ = try await allowed.service.accept(request, body: [], field: "target", by: caller).run()
        await #expect(throws: KernelFailure.domainUnverified(UserData("127.0.0.1"), role: .destination)) {
            try await allowed.service.accept(
                Fixture.relayRequest("https://127.0.0.1/"), body: [], field: "target", by: caller
            ).run()
        }
    }

    @Test("A key that is bound to other domains may not call this one")
    func boundKey() async throws {
        let bound = Principal(Fixture.key(domains: ["other.test"]))
        #expect(await refusal("https://acme.test/", bound) == .domainNotPermitted(domain: "acme.test", action: nil))
        #expect(await refusal("https://acme.test/", Principal(Fixture.key(domains: ["acme.test"]))) == nil)
    }

    @Test("Another's relays are as absent as those that never were")
    func foreign() async throws {
        let id = try await accept("https://acme.test/")
        let stranger = Tenant(account: Account.ID(2), origin: Fixture.personality)
        #expect(try await bench.service.relay(id, of: Fixture.owner).id == id)
        for call in [
            { _ = try await bench.service.relay(id, of: stranger) },
            { try await bench.service.cancel(id, of: stranger).run() },
            { try await bench.service.replay(id, of: stranger).run() },
        ] as [() async throws -> Void] {
            await #expect(throws: KernelFailure.notFound(.delivery)) { try await call() }
        }
    }

    @Test("What waits is taken back, what is on its way or over is not")
    func cancel() async throws {
        bench.transport.say { _ in .status(500) }
        let id = try await accept("https://acme.test/")
        try await bench.service.cancel(id, of: Fixture.owner).run()
        #expect(try await bench.service.relay(id, of: Fixture.owner).state == .cancelled)
        loop.advance(by: .seconds(1000))
        #expect(bench.transport.requests.count == 1)
        bench.transport.hold()
        let running = try await accept("https://b.acme.test/")
        for (id, state) in [(id, ResourceState.ended), (running, .underWay)] {
            await #expect(throws: KernelFailure.wrongState(.delivery, state: state, operation: .cancel)) {
                try await bench.service.cancel(id, of: Fixture.owner).run()
            }
        }
        bench.transport.release()
    }

    @Test("A cancellation that the store cannot take leaves the relay waiting")
    func cancelRefused() async throws {
        bench.transport.say { _ in .status(500) }
        let id = try await accept("https://acme.test/")
        store.refuseNext([.storageUnavailable])
        await #expect(throws: KernelFailure.storageUnavailable) {
            try await bench.service.cancel(id, of: Fixture.owner).run()
        }
        bench.transport.say { _ in .status(200) }
        loop.advance(by: .seconds(1))
        #expect(try await bench.service.relay(id, of: Fixture.owner).state == .delivered)
    }

    @Test("What was given up is sent anew, with all its attempts before it")
    func replay() async throws {
        bench.transport.say { _ in .status(404) }
        let id = try await accept("https://acme.test/")
        bench.transport.say { _ in .status(200) }
        try await bench.service.replay(id, of: Fixture.owner).run()
        let relay = try await bench.service.relay(id, of: Fixture.owner)
        #expect(relay.state == .delivered && relay.attempts == 2)
        await #expect(throws: KernelFailure.wrongState(.delivery, state: .ended, operation: .send)) {
            try await bench.service.replay(id, of: Fixture.owner).run()
        }
    }

    @Test("A signing secret is the same for ever, and of each account and personality its own")
    func secrets() async throws {
        let first = try await bench.service.signingSecret(of: Fixture.owner)
        let second = try RelayBench(loop: loop, store: store, directory: Fixture.directory())
        #expect(try await second.service.signingSecret(of: Fixture.owner) == first)
        let sealed = try #require(try await store.signingSecret(of: Fixture.owner))
        #expect(!String(decoding: sealed, as: UTF8.self).contains(first))
    }

    @Test("A page says whether more follow")
    func pages() async throws {
        for _ in 0..<3 { _ = try await accept("https://acme.test/") }
        let query = RelayQuery(tenant: Fixture.owner, slice: Slice(limit: 2))
        let page = try await bench.service.relays(query)
        #expect(page.items.map(\.id.value) == [3, 2] && page.hasMore)
        let rest = try await bench.service.relays(
            RelayQuery(tenant: Fixture.owner, slice: Slice(.after(Relay.ID(2)), limit: 2)))
        #expect(rest.items.map(\.id.value) == [1] && !rest.hasMore)
    }
}
