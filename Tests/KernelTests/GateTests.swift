import Base
import Crypto
import Kernel
import Model
import TestKit
import Testing

@Suite("Gate")
struct GateTests {
    private let now = Fixture.start
    private let send = RateClass("send")
    private static let declared: [GateStep] = [.credential, .account, .address, .rate, .kind, .scope]
    private static let form = CredentialForm(
        scheme: "Bearer", prefixes: [.init("sk_live_", kind: .secret, mode: .live)])

    private func gate(
        _ key: AccessKey? = Fixture.key(), account: Account = Fixture.account(), steps: [GateStep] = declared,
        limit: Int = 10
    ) -> Gate {
        Gate(
            personality: Fixture.personality, steps: steps, form: Self.form,
            scopes: ScopeVocabulary(words: ["all", "send", "read"], superset: "all", defaults: ["all"]),
            directory: Fixture.directory(accounts: [account], keys: key.map { [$0] } ?? []),
            limiter: RateLimiter(tiers: [send: [RateTier(owner: .key, limit: limit, window: .seconds(60))]]))
    }

    private func admit(
        _ gate: Gate, _ authorization: String? = "Bearer \(Fixture.secret())", from address: String? = "192.0.2.1",
        requirement: Requirement = Requirement(anyOf: ["send"])
    ) -> Gate.Admission {
        gate.admit(
            Gate.Request(
                authorization: authorization.map { ArraySlice($0.utf8) },
                clientAddress: address.flatMap { IPAddress($0) }, method: "POST", path: "/x", now: now),
            requirement: requirement, rateClass: send)
    }

    private func failure(_ admission: Gate.Admission) -> KernelFailure? {
        if case .failure(let failure) = admission.principal { failure } else { nil }
    }

    @Test("A good key is let in and counted once")
    func good() throws {
        let admission = admit(gate())
        let principal = try #require(try admission.principal.get())
        #expect(principal.key == AccessKey.ID(1) && principal.account == Account.ID(1))
        #expect(admission.window?.remaining == 9)
    }

    @Test(
        "A header that holds no key says what is wrong with it",
        arguments: [
            (nil, KernelFailure.credentialMissing), ("Basic abc", .credentialMalformed(.scheme)),
            ("Bearer", .credentialMalformed(.scheme)), ("", .credentialMalformed(.scheme)),
            ("Bearersk_live_0", .credentialMalformed(.scheme)), ("Bearer pk_live_0", .credentialMalformed(.form)),
            ("Bearer sk_live_unknown", .credentialUnknown),
        ] as [(String?, KernelFailure)])
    func malformed(authorization: String?, expected: KernelFailure) {
        #expect(failure(admit(gate(), authorization)) == expected)
    }

    @Test("The scheme is read without regard to case, and spaces before the key are passed over")
    func scheme() {
        #expect(failure(admit(gate(), "bEARER   \(Fixture.secret())")) == nil)
    }

    @Test("A key of another personality is unknown here")
    func personality() {
        var key = Fixture.key()
        key.personality = Fixture.otherPersonality
        #expect(failure(admit(gate(key))) == .credentialUnknown)
    }

    @Test("A revoked, an expired and a suspended key are told apart")
    func states() {
        #expect(failure(admit(gate(Fixture.key(revokedAt: now)))) == .credentialRevoked(at: now))
        #expect(failure(admit(gate(Fixture.key(expiresAt: now)))) == .credentialExpired(at: now))
        #expect(failure(admit(gate(Fixture.key(expiresAt: now + .nanoseconds(1))))) == nil)
        #expect(failure(admit(gate(account: Fixture.account(state: .suspended)))) == .accountSuspended)
    }

    @Test("A key for some networks is refused from elsewhere, and from where there is no address")
    func networks() throws {
        let gate = gate(Fixture.key(networks: [try #require(IPNetwork("192.0.2.0/28"))]))
        #expect(failure(admit(gate, from: "192.0.2.15")) == nil)
        #expect(failure(admit(gate, from: "192.0.2.16")) == .addressNotAllowed(IPAddress("192.0.2.16")))
        #expect(failure(admit(gate, from: nil)) == .addressNotAllowed(nil))
    }

    @Test("A key of the wrong kind is told which kinds would do")
    func kinds() {
        let found = failure(admit(gate(Fixture.key(kind: .public))))
        #expect(found == .wrongCredentialKind(has: .public, needs: [.secret]))
    }

    @Test("Any of the actions asked for will do, and so does the one that stands for all")
    func scopes() {
        let requirement = Requirement(anyOf: ["read", "send"])
        #expect(failure(admit(gate(), requirement: requirement)) == nil)
        #expect(failure(admit(gate(Fixture.key(scopes: ["all"])), requirement: requirement)) == nil)
        #expect(failure(admit(gate(Fixture.key(scopes: [])), requirement: Requirement(anyOf: []))) == nil)
        guard
            case .scopeMissing(let shortfall) = failure(
                admit(gate(Fixture.key(scopes: ["write"])), requirement: requirement))
        else {
            Issue.record("let in")
            return
        }
        #expect(shortfall.reported == "read" && shortfall.held == ["write"] && shortfall.method.text == "POST")
    }

    /// Everything is wrong with this key at once, so the first step of the order decides.
    @Test("An account in the path is the key's own, or a sub-account where the route reaches those")
    func pathAccount() {
        let accounts = [Fixture.account(1), Fixture.account(2, parent: 1), Fixture.account(3)]
        let gate = Gate(
            personality: Fixture.personality, steps: [.credential, .pathAccount], form: Self.form,
            scopes: ScopeVocabulary(words: [], superset: nil, defaults: []),
            directory: Fixture.directory(accounts: accounts), limiter: RateLimiter(tiers: [:]))
        func found(_ account: Gate.PathAccount, reaches: Bool = false) -> KernelFailure? {
            let request = Gate.Request(
                authorization: ArraySlice("Bearer \(Fixture.secret())".utf8), pathAccount: account, clientAddress: nil,
                method: "GET", path: "/x", now: now)
            return failure(
                gate.admit(
                    request, requirement: Requirement(anyOf: [], reachesSubAccounts: reaches), rateClass: send))
        }
        #expect(found(.none) == nil && found(.account(Account.ID(1))) == nil)
        for foreign: Int64 in [2, 3, 9] { #expect(found(.account(Account.ID(foreign))) == .accountMismatch) }
        #expect(found(.account(Account.ID(2)), reaches: true) == nil)
        #expect(found(.account(Account.ID(3)), reaches: true) == .accountMismatch)
        #expect(
            found(.malformed(parameter: "account_id"))
                == .invalid(FieldFault("account_id", .identifier(.account), location: .path)))
    }

    @Test("What a body is about is not asked of the gate, but some of it must be held")
    func domainScopes() {
        func found(_ held: [String], _ domains: Requirement.Domains) -> KernelFailure? {
            failure(
                admit(
                    gate(Fixture.key(scopes: held)), requirement: Requirement(anyOf: ["send"], domains: domains)))
        }
        #expect(found(["send:{example.com}"], .body("from")) == nil)
        #expect(found(["send:all"], .every) == nil)
        for (held, domains) in [
            (["send:{example.com}"], Requirement.Domains.every), (["send:all"], .none), (["read:all"], .stored),
        ] {
            guard case .scopeMissing = found(held, domains) else {
                Issue.record("let in: \(held)")
                continue
            }
        }
    }

    @Test("A refusal names the action that the route says, or the first of those that would do")
    func reported() {
        let requirement = Requirement(anyOf: ["read", "write"], reported: "write")
        guard case .scopeMissing(let shortfall) = failure(admit(gate(), requirement: requirement)) else {
            Issue.record("let in")
            return
        }
        #expect(shortfall.reported == "write" && shortfall.anyOf == ["read", "write"])
    }

    @Test("The first failing step of the declared order is the one that is reported", arguments: 0..<6)
    func order(first: Int) throws {
        let steps = Array(Self.declared[first...] + Self.declared[..<first]).filter { $0 != .credential }
        let network = try #require(IPNetwork("10.0.0.0/8"))
        let gate = gate(
            Fixture.key(kind: .public, scopes: [], networks: [network]), account: Fixture.account(state: .suspended),
            steps: [.credential] + steps, limit: 0)
        let expected: [GateStep: (KernelFailure?) -> Bool] = [
            .account: { $0 == .accountSuspended },
            .address: { if case .addressNotAllowed = $0 { true } else { false } },
            .rate: { if case .rateLimited = $0 { true } else { false } },
            .kind: { if case .wrongCredentialKind = $0 { true } else { false } },
            .scope: { if case .scopeMissing = $0 { true } else { false } },
        ]
        let found = failure(admit(gate))
        #expect(expected[steps[0]]?(found) == true, "\(steps[0])")
    }

    @Test("A refusal before the rate is counted against the address, not the key, and only once")
    func countedOnce() {
        let gate = gate(limit: 3)
        #expect(admit(gate, "Bearer sk_live_unknown").window?.remaining == 2)
        #expect(admit(gate, "Bearer sk_live_unknown").window?.remaining == 1)
        #expect(admit(gate).window?.remaining == 2)
        #expect(gate.unauthenticatedWindow(IPAddress("192.0.2.1"), rateClass: send, now: now)?.remaining == 0)
    }

    @Test("A failure after the rate step is not counted a second time")
    func notTwice() {
        let gate = gate(Fixture.key(kind: .public), limit: 3)
        #expect(admit(gate).window?.remaining == 2)
        #expect(admit(gate).window?.remaining == 1)
    }

    @Test("A route for anybody asks for nothing but the rate")
    func open() throws {
        let gate = gate(nil, limit: 1)
        let requirement = Requirement(anyOf: [], needsCredential: false)
        let admission = admit(gate, nil, requirement: requirement)
        let principal = try admission.principal.get()
        #expect(principal == nil)
        guard case .rateLimited = failure(admit(gate, nil, requirement: requirement)) else {
            Issue.record("not limited")
            return
        }
    }
}
