import Base
import Kernel
import Model
import TestKit
import Testing

@Suite("Gate with faults")
struct GateFaultTests {
    private let table = FaultTable(random: SeededRandom(seed: 1))

    private func found(
        _ fault: String, key: Int64 = 1, steps: [GateStep] = [.credential, .account, .rate, .scope],
        requirement: Requirement = Requirement(anyOf: ["send"])
    ) throws -> (failure: KernelFailure?, window: WindowState?) {
        let gate = Gate(
            personality: Fixture.personality, steps: steps, form: CredentialForm(scheme: "Bearer", prefixes: []),
            scopes: ScopeVocabulary(words: ["send"], superset: nil, defaults: []),
            directory: Fixture.directory(keys: [Fixture.key(1), Fixture.key(2, scopes: [])]),
            limiter: RateLimiter(
                tiers: [RateClass("x"): [RateTier(owner: .key, limit: 9, window: .seconds(60))]]))
        let admission = gate.admit(
            Gate.Request(
                authorization: ArraySlice("Bearer \(Fixture.secret(key))".utf8), clientAddress: nil, method: "GET",
                path: "/x", now: Fixture.start), requirement: requirement, rateClass: RateClass("x"),
            faults: try table.session(personality: Fixture.personality, route: nil, field: fault))
        if case .failure(let failure) = admission.principal { return (failure, admission.window) }
        return (nil, admission.window)
    }

    @Test(
        "What fails before the place of a fault fails as it would without it", arguments: ["scopeMissing", "draining"])
    func before(fault: String) throws { #expect(try found(fault, key: 9).failure == .credentialUnknown) }

    @Test("A fault stands in for what would fail at its place or after")
    func after() throws {
        #expect(try found("credentialExpired", key: 9).failure == .credentialExpired(at: Fixture.start))
        #expect(try found("accountSuspended", key: 2).failure == .accountSuspended)
        guard case .scopeMissing = try found("draining", key: 2).failure else {
            Issue.record("not the scope")
            return
        }
    }

    @Test(
        "A fault whose step this gate has not is raised behind it", arguments: ["accountMismatch", "addressNotAllowed"])
    func absentStep(fault: String) throws { #expect(try found(fault).failure != nil) }

    @Test("A route for anybody meets the faults of keys too")
    func open() throws {
        let failure = try found("credentialMissing", requirement: Requirement(anyOf: [], needsCredential: false))
            .failure
        #expect(failure == .credentialMissing)
    }

    @Test("A refused rate shows its own window")
    func window() throws {
        let (failure, window) = try found("rateLimited; limit=60; retryAfter=47s")
        guard case .rateLimited(let state) = failure else {
            Issue.record("not the rate")
            return
        }
        #expect(window == state && state.remaining == 0 && state.limit == 60)
    }

    @Test("A rule for a key is met by that key alone, also where the key itself is refused")
    func key() throws {
        _ = table.add(try FaultOrder("credentialRevoked"), personality: nil, key: AccessKey.ID(1), route: nil)
        #expect(try found("draining; rate=0").failure == .credentialRevoked(at: Fixture.start))
        #expect(try found("draining; rate=0", key: 9).failure == .credentialUnknown)
    }
}
