import AdapterKit
import Foundation
import Model
import TestKit
import Testing

/// Who may do what over AhaSend's API: every route with every scope, and every route with another account's ids.
@Suite("Access to AhaSend's API")
struct AhaSendAccessTests {
    private static let personality = TranscriptSubject.ahaSend.personality
    private static let routes = personality.routes.filter { $0.accountParameter != nil }

    /// Every word that a key can hold: domains are those of the account.
    private static let words: [String] = {
        let scopes = personality.scopes
        return scopes.words
            + scopes.domainActions.flatMap { action in
                ["\(action):all"] + ["example.com", "other.example"].map { ScopeVocabulary.one(action, domain: $0) }
            }
    }()

    /// Whether a key with this word alone may use the route, about things of example.com.
    private static func admits(_ word: String, _ route: Route) -> Bool {
        let action = route.requirement.anyOf.first ?? ""
        // What the key may not see is left out of these lists.
        let isNarrowed = route.requirement.domains == .narrowed
        return ["*", action, "\(action):all", ScopeVocabulary.one(action, domain: "example.com")].contains(word)
            || isNarrowed && word == ScopeVocabulary.one(action, domain: "other.example")
    }

    @Test("A key with one scope may use the routes that it is for, and is refused by all others")
    func scopes() async throws {
        let client = try await AhaSendClient()
        defer { client.server.close() }
        let residents = try await client.residents()
        #expect(Self.words.count > 60 && Self.routes.count == 30)
        for word in Self.words {
            let made = await client.call("POST", "/api-keys", #"{"label":"k","scopes":["\#(word)"]}"#)
            let key = try #require(made.object["secret_key"] as? String, "\(word)")
            for route in Self.routes where !Self.admits(word, route) {
                let answer = await client.call(
                    route.method.rawValue, route.path(residents), Data(route.sampleBody.utf8), key: key)
                #expect(answer.status == 403, "\(word): \(route.method.rawValue) \(route.pattern)")
            }
        }
        #expect(client.server.disagreements == [])
    }

    @Test("Each route is open to each scope that is for it", arguments: routes.indices)
    func open(_ index: Int) async throws {
        let route = Self.routes[index]
        var client = try await AhaSendClient()
        defer { client.server.close() }
        var residents = try await client.residents()
        for (place, word) in Self.words.filter({ Self.admits($0, route) }).enumerated() {
            // What was changed or removed is there again for the next one.
            if place > 0, route.method != .get {
                client.server.close()
                client = try await AhaSendClient()
                residents = try await client.residents()
            }
            if route.pattern.hasSuffix("/suppressions") {
                let sample = try #require(AhaSendSamples.all["createSuppression"])
                if route.method != .post { _ = await client.call("POST", "/suppressions", sample.body) }
            }
            // A key hands on no more than it has.
            let handed = route.requirement.anyOf == ["api-keys:write"] ? #","messages:read:all","accounts:read""# : ""
            let made = await client.call("POST", "/api-keys", #"{"label":"k","scopes":["\#(word)"\#(handed)]}"#)
            let key = try #require(made.object["secret_key"] as? String)
            let answer = await client.call(
                route.method.rawValue, route.path(residents), Data(route.sampleBody.utf8), key: key)
            #expect(answer.status / 100 == 2, "\(word): \(route.method.rawValue) \(route.pattern) \(answer.status)")
        }
    }

    @Test("Another account's ids are as absent as those of nothing, and its path is nobody's")
    func strangers() async throws {
        let owner = try await AhaSendClient()
        defer { owner.server.close() }
        let residents = try await owner.residents()
        let stranger = owner.stranger()
        let nothing = [
            "domain": "nothing.example", "webhook_id": "00000000-0000-4000-8000-000000000000",
            "key_id": "00000000-0000-4000-8000-000000000000",
            "smtp_credential_id": "00000000-0000-4000-8000-000000000000",
            "message_id": "<00000000-0000-7000-8000-000000000000@example.com>",
        ]
        let lists = ["/api-keys", "/domains", "/messages", "/webhooks", "/smtp-credentials", "/suppressions"]
        var before: [AhaSendClient.Reply] = []
        for list in lists { before.append(await owner.call("GET", list)) }
        for route in Self.routes {
            let (method, body) = (route.method.rawValue, Data(route.sampleBody.utf8))
            let intruding = await owner.call(method, route.path(residents), body, key: stranger.key)
            #expect(intruding.status == 401, "\(method) \(route.pattern)")
            guard route.pattern.split(separator: "/").dropFirst(3).contains(where: { $0.hasPrefix(":") }) else {
                continue
            }
            var forms = [residents]
            if let id = residents["message_id"], route.pattern.contains(":message_id") {
                forms.append(["message_id": String(id.dropFirst().prefix { $0 != "@" })])
            }
            let absent = await stranger.call(method, route.path(nothing), body)
            #expect(absent.status == 404, "\(method) \(route.pattern)")
            for form in forms {
                let foreign = await stranger.call(method, route.path(form), body)
                #expect(foreign == absent, "\(method) \(route.pattern)")
            }
        }
        for (index, list) in lists.enumerated() {
            #expect(await owner.call("GET", list) == before[index], "\(list)")
        }
    }
}
