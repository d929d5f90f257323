import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

/// The six rule sets that dialects declare, without their names: the kernel serves each of them as data.
enum RuleSets {
    /// Two header fields, one route's keys apart from another's, the first answer for whatever is asked again.
    static let byRoute = IdempotencyRule(
        sources: [.header("Key"), .header("X-Key")], scope: IdempotencyRule.Scope(byRoute: true),
        lifetime: .ttl(.seconds(86_400)), fingerprint: .none, whenClaimed: .wait, whenDifferent: .replay,
        stores: .success, replay: .bytes(marker: nil))

    /// The body's key before the header's; what is kept is the message.
    static let byMessage = Fixture.byMessage

    /// Refusals are kept as well; a second request is refused while the first runs.
    static let exact = IdempotencyRule(
        sources: [.header("Key")], lifetime: .ttl(.seconds(86_400)), fingerprint: .exactBytes,
        whenClaimed: .refuse(lease: .seconds(300)), whenDifferent: .refuse,
        stores: .successAndRefusals(except: [422, 429]), replay: .bytes(marker: "Replayed"))

    /// The same, comparing what the body means.
    static let canonical = IdempotencyRule(
        sources: [.header("Key")], lifetime: .ttl(.seconds(86_400)),
        fingerprint: .canonicalJSON(ignoring: [], nullIsAbsent: false), whenClaimed: .refuse(lease: .seconds(300)),
        whenDifferent: .refuse, stores: .successAndRefusals(except: [422, 429]), replay: .bytes(marker: "Replayed"))

    /// The answer holds a secret.
    static let sealed = IdempotencyRule(
        sources: [.header("Key")], lifetime: .ttl(.seconds(300)), fingerprint: .exactBytes,
        whenClaimed: .refuse(lease: .seconds(300)), whenDifferent: .refuse, stores: .onlySuccessSealed,
        replay: .bytes(marker: "Replayed"))

    /// The header's key before the body's, test and live apart, the first answer for whatever is asked again.
    static let firstAnswer = IdempotencyRule(
        sources: [.header("Key"), .body("key")], scope: IdempotencyRule.Scope(byMode: true),
        lifetime: .ttl(.seconds(86_400)), fingerprint: .none, whenClaimed: .wait, whenDifferent: .replay,
        stores: .success, replay: .bytes(marker: nil))

    static let all = [byRoute, byMessage, exact, canonical, sealed, firstAnswer]
}

@Suite("Idempotency: how a rule reads a request")
struct IdempotencyRuleTests {
    private func key(
        _ rule: IdempotencyRule, element: Int? = nil, headers: [String: String] = [:], members: [String: String] = [:]
    ) throws(KernelFailure) -> String? {
        try rule.key(element: element, header: { headers[$0] }, member: { members[$0] })?.text.text
    }

    private func context(
        personality: PersonalityID = Fixture.personality, account: Int64 = 1, mode: AccessKey.Mode = .live,
        path: String = "/a/1", route: String = "/a/:id"
    ) -> IdempotencyContext {
        IdempotencyContext(
            personality: personality, account: Account.ID(account), mode: mode, method: "POST", path: path,
            route: route)
    }

    private func record(
        _ rule: IdempotencyRule, _ body: String = "{}", _ context: IdempotencyContext? = nil, key: String = "k"
    ) -> IdempotencyRecord {
        rule.record(IdempotencyKey(UserData(key)), context ?? self.context(), body: Array(body.utf8))
    }

    @Test("The first place that holds a key counts")
    func order() throws {
        let both = (["Key": "h"], ["key": "b"])
        #expect(try key(RuleSets.byMessage, headers: both.0, members: both.1) == "b")
        #expect(try key(RuleSets.firstAnswer, headers: both.0, members: both.1) == "h")
        #expect(try key(RuleSets.byRoute, headers: ["X-Key": "x"]) == "x")
    }

    @Test("An empty key is none, and the next place is looked at")
    func empty() throws {
        #expect(try key(RuleSets.firstAnswer, headers: ["Key": ""], members: ["key": "b"]) == "b")
        for rule in RuleSets.all { #expect(try key(rule, headers: ["Key": "", "X-Key": ""]) == nil) }
    }

    @Test("A key may have so many bytes and no more", arguments: RuleSets.all.indices)
    func length(rule: Int) throws {
        let rule = RuleSets.all[rule]
        #expect(try key(rule, headers: ["Key": String(repeating: "k", count: 255)])?.utf8.count == 255)
        #expect(throws: KernelFailure.idempotencyKeyInvalid(limitBytes: 255)) {
            try key(rule, headers: ["Key": String(repeating: "k", count: 256)])
        }
    }

    @Test("In a batch a header's key stands for each element by its place, an element's own for itself")
    func elements() throws {
        #expect(try key(RuleSets.byMessage, element: 2, headers: ["Key": "h"]) == "h:2")
        #expect(try key(RuleSets.byMessage, element: 2, headers: ["Key": "h"], members: ["key": "b"]) == "b")
    }

    @Test("Accounts and personalities never share a key", arguments: RuleSets.all.indices)
    func namespaces(rule: Int) {
        let rule = RuleSets.all[rule]
        let own = record(rule).key
        #expect(record(rule, "{}", context(account: 2)).key != own)
        #expect(record(rule, "{}", context(personality: Fixture.otherPersonality)).key != own)
        #expect(record(rule, key: "other").key != own)
    }

    @Test("Modes and routes share keys or do not, as the rule says")
    func scopes() {
        for rule in RuleSets.all {
            let own = record(rule).key
            #expect((record(rule, "{}", context(mode: .test)).key != own) == rule.scope.byMode)
            #expect((record(rule, "{}", context(path: "/b", route: "/b")).key != own) == rule.scope.byRoute)
            // The path's parameters name no other route.
            #expect(record(rule, "{}", context(path: "/a/2")).key == own)
        }
    }

    @Test("Without a fingerprint all requests with a key are one")
    func noFingerprint() {
        for rule in [RuleSets.byRoute, RuleSets.firstAnswer] {
            #expect(record(rule, #"{"a":1}"#) == record(rule, #"{"a":2}"#))
        }
    }

    @Test("By exact bytes every byte counts, and the path")
    func exact() {
        for rule in [RuleSets.exact, RuleSets.sealed] {
            let own = record(rule, #"{"a":1}"#)
            #expect(record(rule, #"{"a":1}"#) == own)
            #expect(record(rule, #"{"a": 1}"#).fingerprint != own.fingerprint)
            #expect(record(rule, #"{"a":1}"#, context(path: "/a/2")).fingerprint != own.fingerprint)
        }
    }

    @Test("By meaning neither order nor white space count")
    func canonical() {
        let own = record(RuleSets.canonical, #"{"a":1,"b":null}"#).fingerprint
        #expect(record(RuleSets.canonical, #"{ "b": null, "a": 1 }"#).fingerprint == own)
        #expect(record(RuleSets.canonical, #"{"a":1}"#).fingerprint != own)
        #expect(record(RuleSets.canonical, #"{"a":2,"b":null}"#).fingerprint != own)
        #expect(record(RuleSets.canonical, "no JSON").fingerprint != record(RuleSets.canonical, "none").fingerprint)
    }

    @Test("Members may be left out of what is compared, and null may be absent")
    func ignoring() {
        let rule = IdempotencyRule(
            sources: [.body("key")], lifetime: .ttl(.seconds(1)),
            fingerprint: .canonicalJSON(ignoring: ["key"], nullIsAbsent: true), whenClaimed: .wait,
            whenDifferent: .refuse, stores: .success, replay: .bytes(marker: nil))
        #expect(record(rule, #"{"key":"k","a":1,"b":null}"#) == record(rule, #"{"a":1}"#))
        #expect(record(rule, #"{"a":1}"#) != record(rule, #"{"a":{"key":1}}"#))
    }

    @Test("What is kept, the rule says by status; a failure of the server never is")
    func statuses() {
        let kept = { (rule: IdempotencyRule) in [201, 400, 403, 409, 422, 429, 500, 503].filter(rule.stores(status:)) }
        #expect(kept(RuleSets.exact) == [201, 400, 403, 409])
        for rule in [RuleSets.byRoute, RuleSets.byMessage, RuleSets.sealed, RuleSets.firstAnswer] {
            #expect(kept(rule) == [201])
        }
    }
}
