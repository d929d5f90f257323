import Base
import Kernel
import Model
import Ports
import Synchronization
import TestKit
import Testing

@Suite("Idempotency: at most once for a key")
struct IdempotencyTests {
    private struct Outcome: Equatable {
        let text: String
        let isReplay: Bool
        var failure: KernelFailure?

        static func first(_ text: String, _ failure: KernelFailure? = nil) -> Outcome {
            Outcome(text: text, isReplay: false, failure: failure)
        }
        static func again(_ text: String) -> Outcome { Outcome(text: text, isReplay: true) }
    }

    private let store = MemoryStore()
    private let time = HandTime()
    private let keeper: Idempotency

    init() throws { keeper = try Self.keeper(store, time) }

    private static func keeper(_ store: MemoryStore, _ time: HandTime) throws -> Idempotency {
        Idempotency(
            store: store, claims: ClaimTable(time: time), sealing: try Fixture.sealingKey(), time: time,
            random: SeededRandom(seed: 1))
    }

    /// What a request makes: an account, and the answer says its number.
    private var plan: Plan<StoredAnswer> {
        Plan(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)), on: store) { serial in
            StoredAnswer(status: 201, body: Array("account \(serial)".utf8))
        }
    }

    private static let statuses: @Sendable (KernelFailure) -> StoredAnswer = { failure in
        let status =
            switch failure {
            case .bodyMalformed: 400
            case .accountSuspended: 422
            case .idempotencyInFlight: 409
            default: 503
            }
        return StoredAnswer(status: status, body: Array("\(status)".utf8))
    }

    private func request(
        _ rule: IdempotencyRule, key: String = "k", body: String = "{}",
        by keeper: Idempotency? = nil, refusing failure: KernelFailure? = nil,
        meanwhile: (() async -> Void)? = nil
    ) async throws(KernelFailure) -> Outcome {
        let context = IdempotencyContext(
            personality: Fixture.personality, account: Account.ID(1), mode: .live, method: "POST", path: "/a",
            route: "/a")
        let record = rule.record(IdempotencyKey(UserData(key)), context, body: Array(body.utf8))
        let answered = try await (keeper ?? self.keeper).answer(rule, record, refusal: Self.statuses) {
            () async throws(KernelFailure) -> Plan<StoredAnswer> in
            await meanwhile?()
            if let failure { throw failure }
            return plan
        }
        return Outcome(
            text: String(decoding: answered.answer.body, as: UTF8.self), isReplay: answered.isReplay,
            failure: answered.failure)
    }

    private static let keeping = [
        RuleSets.byRoute, RuleSets.exact, RuleSets.canonical, RuleSets.sealed, RuleSets.firstAnswer,
    ]

    @Test("The same request again gets the first answer and has no effect", arguments: keeping.indices)
    func replay(rule: Int) async throws {
        let rule = Self.keeping[rule]
        #expect(try await request(rule) == .first("account 1"))
        #expect(try await request(rule) == .again("account 1"))
        #expect(try await request(rule, key: "other") == .first("account 2"))
    }

    @Test("Another process goes on where the first one ended", arguments: keeping.indices)
    func restart(rule: Int) async throws {
        let rule = Self.keeping[rule]
        _ = try await request(rule)
        #expect(try await request(rule, by: Self.keeper(store, time)) == .again("account 1"))
    }

    @Test("A claim without an effect dies with its process: the request may be made again", arguments: keeping.indices)
    func crash(rule: Int) async throws {
        let rule = Self.keeping[rule]
        store.refuseNext([.storageUnavailable])
        await #expect(throws: KernelFailure.storageUnavailable) { try await request(rule) }
        #expect(try await request(rule, by: Self.keeper(store, time)) == .first("account 1"))
    }

    @Test("A failure of ours leaves the key free", arguments: keeping.indices)
    func ours(rule: Int) async throws {
        let rule = Self.keeping[rule]
        await #expect(throws: KernelFailure.draining) { try await request(rule, refusing: .draining) }
        #expect(try await request(rule) == .first("account 1"))
    }

    @Test("After its time a key is as good as new", arguments: keeping.indices)
    func expiry(rule: Int) async throws {
        let rule = Self.keeping[rule]
        guard case .ttl(let lifetime) = rule.lifetime else { return }
        _ = try await request(rule)
        time.advance(by: lifetime - .seconds(1))
        #expect(try await request(rule) == .again("account 1"))
        time.advance(by: .seconds(1))
        #expect(try await request(rule) == .first("account 2"))
    }

    @Test("Another request with the key is refused, or gets the first answer, as the rule says")
    func different() async throws {
        for rule in [RuleSets.exact, RuleSets.canonical, RuleSets.sealed] {
            _ = try await request(rule, key: "\(rule.stores)\(rule.fingerprint)")
            await #expect(throws: KernelFailure.idempotencyMismatch) {
                try await request(rule, key: "\(rule.stores)\(rule.fingerprint)", body: #"{"b":1}"#)
            }
        }
        for (number, rule) in [RuleSets.byRoute, RuleSets.firstAnswer].enumerated() {
            let first = try await request(rule, key: "first \(number)")
            #expect(try await request(rule, key: "first \(number)", body: #"{"b":1}"#) == .again(first.text))
        }
    }

    @Test("Where refusals are kept, one is a commit of its own, and given again though it would succeed now")
    func refusal() async throws {
        #expect(try await request(RuleSets.exact, refusing: .bodyMalformed) == .first("400", .bodyMalformed))
        #expect(try await request(RuleSets.exact, by: Self.keeper(store, time)) == .again("400"))
        await #expect(throws: KernelFailure.accountSuspended) {
            try await request(RuleSets.exact, key: "unkept", refusing: .accountSuspended)
        }
        #expect(try await request(RuleSets.exact, key: "unkept") == .first("account 1"))
    }

    @Test("Where only success is kept, a refused request may be made again")
    func noRefusal() async throws {
        for rule in [RuleSets.byRoute, RuleSets.firstAnswer] {
            await #expect(throws: KernelFailure.bodyMalformed) { try await request(rule, refusing: .bodyMalformed) }
        }
        #expect(try await request(RuleSets.byRoute) == .first("account 1"))
    }

    @Test("A second request is refused while the first runs, with what is left of the lease")
    func inFlight() async throws {
        for rule in [RuleSets.exact, RuleSets.canonical, RuleSets.sealed] {
            let key = "\(rule.stores)\(rule.fingerprint)"
            _ = try await request(rule, key: key) {
                time.advance(by: .seconds(10))
                await #expect(throws: KernelFailure.idempotencyInFlight(retryAfter: .seconds(290))) {
                    try await request(rule, key: key)
                }
            }
            #expect(try await request(rule, key: key).isReplay)
        }
    }

    @Test("A lease that ends lets the next request in, and the effect happens once all the same")
    func lease() async throws {
        let answers = Mutex<[String]>([])
        let first = try await request(RuleSets.exact) {
            time.advance(by: .seconds(300))
            if let second = try? await request(RuleSets.exact) { answers.withLock { $0.append(second.text) } }
        }
        #expect(first == .again("account 1"))
        #expect(answers.withLock { $0 } == ["account 1"])
        #expect(try await store.directory().accounts.count == 1)
    }

    @Test("A second request waits for the first where the rule says so, and gets its answer")
    func wait() async throws {
        for rule in [RuleSets.byRoute, RuleSets.firstAnswer] {
            let key = "\(rule.sources)"
            let second = Mutex<Task<Outcome, any Error>?>(nil)
            let first = try await request(rule, key: key) {
                second.withLock { $0 = Task { try await self.request(rule, key: key) } }
                for _ in 0..<20 { await Task.yield() }
            }
            let waited = try await #require(second.withLock { $0 }).value
            #expect(!first.isReplay && waited.isReplay && waited.text == first.text)
        }
    }

    @Test("An answer that holds a secret is not readable where it is kept")
    func secret() async throws {
        _ = try await request(RuleSets.sealed)
        let kept = try #require(store.keptAnswers.first)
        #expect(kept.answer.isSealed)
        #expect(!String(decoding: kept.answer.body, as: UTF8.self).contains("account"))
        _ = try await request(RuleSets.exact, key: "open")
        #expect(store.keptAnswers.contains { $0.answer.body == Array("account 2".utf8) })
    }

    @Test("A refusal of such a request is not kept, and its key stays claimed until the lease ends")
    func sealedRefusal() async throws {
        await #expect(throws: KernelFailure.bodyMalformed) {
            try await request(RuleSets.sealed, refusing: .bodyMalformed)
        }
        #expect(store.keptAnswers.isEmpty)
        await #expect(throws: KernelFailure.idempotencyInFlight(retryAfter: .seconds(300))) {
            try await request(RuleSets.sealed)
        }
        time.advance(by: .seconds(300))
        #expect(try await request(RuleSets.sealed) == .first("account 1"))
    }

    @Test("Of many requests at one time one has an effect, and all get its answer")
    func crowd() async throws {
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await self.request(RuleSets.firstAnswer).text } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(answers == ["account 1"])
        #expect(try await store.directory().accounts.count == 1)
    }
}
