import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Webhook service")
struct WebhookServiceTests {
    private let store = MemoryStore()
    private let owner = Fixture.owner

    private func bench(_ egress: EgressPolicy = EgressPolicy()) async throws -> WebhookBench {
        _ = await store.commit([.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start))])
        return try WebhookBench(loop: HandLoop(time: HandTime()), store: store, egress: egress)
    }

    @Test(
        "A forbidden address is refused when it is given, in any spelling",
        arguments: [
            "http://127.0.0.1/", "https://0x7f.1/", "http://2130706433/", "http://[::1]/", "http://[::ffff:10.0.0.1]/",
            "http://0177.0.0.1:8080/", "http://169.254.169.254/latest", "http://example.com:25/",
        ])
    func forbidden(text: String) async throws {
        let bench = try await bench()
        let url = try #require(WebURL(text))
        await #expect(throws: KernelFailure.invalid(FieldFault("url", .publicAddress, value: UserData(text)))) {
            try await bench.service.create(url: url, events: ["*"], for: owner).run()
        }
    }

    @Test("The operator's exceptions are taken")
    func allowed() async throws {
        let bench = try await bench(EgressPolicy(allow: [#require(IPNetwork("127.0.0.0/8"))]))
        let made = try await bench.service.create(
            url: #require(WebURL("http://127.1:8080/")), events: ["*"], for: owner
        ).run()
        #expect(made.secret.hasPrefix(Fixture.webhookRules.secretPrefix))
        #expect(made.secret.utf8.count == Fixture.webhookRules.secretPrefix.utf8.count + KernelLimits.secretCharacters)
    }

    @Test("The secret is sealed in the store and opens again, in this row only")
    func secrets() async throws {
        let bench = try await bench()
        let made = try await bench.service.create(
            url: #require(WebURL("https://a.example/")), events: ["*"], for: owner
        ).run()
        var stored = try #require(try await store.webhook(made.endpoint.id))
        #expect(!stored.secrets[0].bytes.contains(Array(made.secret.utf8)))
        #expect(try bench.secrets.open(stored, at: Fixture.start) == [made.secret])
        stored.account = Account.ID(2)
        #expect(throws: KernelFailure.self) { try bench.secrets.open(stored, at: Fixture.start) }
    }

    @Test("There is a limit of endpoints for each owner")
    func limit() async throws {
        let bench = try await bench()
        let url = try #require(WebURL("https://a.example/"))
        for _ in 0..<Fixture.webhookRules.endpointsMax {
            _ = try await bench.service.create(url: url, events: ["*"], for: owner).run()
        }
        await #expect(throws: KernelFailure.planLimitReached(.webhook, current: 5, maximum: 5, plan: "")) {
            try await bench.service.create(url: url, events: ["*"], for: owner).run()
        }
    }

    @Test("What is another's is not there")
    func others() async throws {
        let bench = try await bench()
        let id = try await bench.service.create(
            url: #require(WebURL("https://a.example/")), events: ["*"], for: owner
        ).run().endpoint.id
        let service = bench.service
        for other in [
            Tenant(account: Account.ID(2), origin: Fixture.personality),
            Tenant(account: Account.ID(1), origin: Fixture.otherPersonality),
        ] {
            await #expect(throws: KernelFailure.notFound(.webhook)) { try await service.endpoint(id, of: other) }
            await #expect(throws: KernelFailure.notFound(.webhook)) { try await service.delete(id, of: other).run() }
            await #expect(throws: KernelFailure.notFound(.webhook)) { try await service.test(id, of: other).run() }
            await #expect(throws: KernelFailure.notFound(.webhook)) {
                try await service.edit(id, url: nil, events: nil, isEnabled: false, of: other).run()
            }
            await #expect(throws: KernelFailure.notFound(.webhook)) {
                _ = try await service.deliveries(of: id, Slice(limit: 10), of: other)
            }
        }
        #expect(try await service.endpoints(of: owner).map(\.id) == [id])
    }
}
