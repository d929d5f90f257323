import AdapterKit
import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

/// Each word of the vocabulary against each route, as the gate decides it: what the requirements promise, reckoned once
/// more and in another way.
extension AdapterConformance {
    static let scopes = [
        AdapterCheck("Each scope opens the routes that ask for it, and no others") { personality in
            for held in heldScopes(of: personality) {
                for route in personality.routes where route.requirement.needsCredential {
                    let failure = failure(of: personality, route, held: held.words)
                    let opens = route.requirement.anyOf.contains { action in
                        action == held.action || held.words.first == personality.scopes.superset
                            || held.words.contains { personality.scopes.includes[$0]?.contains(action) == true }
                    }
                    guard opens || route.requirement.anyOf.isEmpty else {
                        #expect(failure.isScopeMissing, "\(held.words) at \(route.method.rawValue) \(route.pattern)")
                        continue
                    }
                    #expect(!failure.isScopeMissing, "\(held.words) at \(route.method.rawValue) \(route.pattern)")
                }
            }
        },
        AdapterCheck("A key for one domain is let in for that one, as far as path and query say") { personality in
            for action in personality.scopes.domainActions {
                let held = [ScopeVocabulary.one(action, domain: own)]
                for route in personality.routes where route.requirement.anyOf.contains(action) {
                    switch route.requirement.domains {
                    case .query, .path:
                        #expect(failure(of: personality, route, held: held, domains: [own]) == nil)
                        #expect(failure(of: personality, route, held: held, domains: [foreign]).isDomainRefused)
                    case .none, .every: #expect(failure(of: personality, route, held: held).isScopeMissing)
                    case .body, .stored, .narrowed: #expect(failure(of: personality, route, held: held) == nil)
                    }
                    if case .query = route.requirement.domains {
                        #expect(failure(of: personality, route, held: held).isDomainRefused, "all domains at once")
                    }
                }
            }
        },
        AdapterCheck("Who is let in nowhere is told so in words that clients can read") { personality in
            for route in personality.routes where !route.requirement.anyOf.isEmpty {
                guard let failure = failure(of: personality, route, held: []) else { continue }
                let facts = RequestFacts(method: route.method.rawValue, path: route.pattern, requestID: "r")
                #expect((400..<500).contains(personality.answer(failure, to: facts).status), "\(route.pattern)")
            }
        },
    ]

    private static let own = "own.example"
    private static let foreign = "foreign.example"

    /// What a key may hold alone, and the action that it stands for.
    private static func heldScopes(of personality: any Personality) -> [(words: [String], action: String)] {
        let scopes = personality.scopes
        return scopes.words.map { ([$0], $0) } + scopes.domainActions.map { ([ScopeVocabulary.all($0)], $0) }
    }

    /// How the gate refuses a key with these words; nil: it lets it in.
    private static func failure(
        of personality: any Personality, _ route: Route, held: [String], domains: [String] = []
    ) -> KernelFailure? {
        let secret = Secret.mint(
            prefix: personality.credentials.prefixes.first?.text ?? "", random: SeededRandom(seed: 1))
        var key = Fixture.key()
        key.personality = personality.id
        key.kind = route.requirement.kinds.first ?? .secret
        key.scopes = held
        let account = Account(
            id: key.account, name: "a", parent: nil, state: .active, createdAt: Fixture.start)
        let gate = Gate(
            personality: personality.id, steps: personality.gate, form: personality.credentials,
            scopes: personality.scopes,
            directory: Directory(
                DirectoryImage(accounts: [account], keys: [StoredKey(key: key, digest: secret.digest)], domains: [])),
            limiter: RateLimiter(tiers: personality.rateTiers))
        let request = Gate.Request(
            authorization: Array("\(personality.credentials.scheme) \(secret.text)".utf8)[...],
            pathAccount: route.accountParameter == nil ? .none : .account(key.account), domains: domains,
            clientAddress: nil, method: route.method.rawValue, path: route.pattern, now: Fixture.start)
        let admission = gate.admit(request, requirement: route.requirement, rateClass: route.rateClass)
        if case .failure(let failure) = admission.principal { return failure }
        return nil
    }
}

extension KernelFailure? {
    fileprivate var isScopeMissing: Bool {
        if case .scopeMissing = self { true } else { false }
    }

    fileprivate var isDomainRefused: Bool {
        if case .domainNotPermitted = self { true } else { false }
    }
}
