import Base
import Model
import Testing

@Suite("Scopes")
struct ScopeVocabularyTests {
    private let vocabulary = ScopeVocabulary(
        words: ["*", "domains:read", "pay:write", "pay:start"], superset: "*", defaults: ["*"],
        domainActions: ["messages:send", "domains:delete"], includes: ["pay:write": ["pay:start"]])

    @Test("A plain word is held by itself, by the superset, and by a word that includes it")
    func plain() {
        for held in [["domains:read"], ["*"], ["x", "*"]] { #expect(vocabulary.permits("domains:read", held: held)) }
        #expect(vocabulary.permits("pay:start", held: ["pay:write"]))
        #expect(!vocabulary.permits("pay:write", held: ["pay:start"]))
        #expect(!vocabulary.permits("domains:read", held: ["domains:read:all", "domains", ""]))
    }

    @Test(
        "An action on a domain is held for all domains or for that one, braces and all",
        arguments: [
            (["*"], true), (["messages:send:all"], true), (["messages:send:{acme.test}"], true),
            (["messages:send"], true), (["messages:send:acme.test"], false), (["messages:send:{other.test}"], false),
            (["messages:send:{sub.acme.test}"], false), (["domains:delete:{acme.test}"], false), ([], false),
        ] as [([String], Bool)])
    func domain(held: [String], expected: Bool) {
        #expect(vocabulary.permits("messages:send", domain: "acme.test", held: held) == expected)
    }

    @Test("All domains at once need the word for all")
    func everyDomain() {
        #expect(vocabulary.permits("messages:send", domain: nil, held: ["messages:send:all"]))
        #expect(!vocabulary.permits("messages:send", domain: nil, held: ["messages:send:{acme.test}"]))
        #expect(vocabulary.permitsSomewhere("messages:send", held: ["messages:send:{acme.test}"]))
        #expect(!vocabulary.permitsSomewhere("messages:send", held: ["domains:delete:{acme.test}"]))
    }

    @Test("A list is narrowed to the domains that are held, and not at all where all are")
    func narrowing() {
        let held = ["messages:send:{b.test}", "domains:delete:{c.test}", "messages:send:{a.test}"]
        #expect(vocabulary.domains(of: "messages:send", held: held) == ["b.test", "a.test"])
        #expect(vocabulary.domains(of: "messages:send", held: held + ["messages:send:all"]) == nil)
        #expect(vocabulary.domains(of: "messages:read", held: held) == [])
    }

    private func checked(_ scopes: [String]) throws(KernelFailure) -> [String] {
        try vocabulary.checked(scopes, field: "scopes") { $0 == "acme.test" }
    }

    @Test("A new key's words are kept in order, with domains in lower case and without a final dot")
    func minting() throws {
        #expect(
            try checked(["messages:send:{Acme.TEST.}", "domains:read"]) == [
                "messages:send:{acme.test}", "domains:read",
            ])
        #expect(try checked(["*"]) == ["*"])
    }

    @Test("The word for one domain is dropped beside the one for all, and other actions' words are not")
    func dropped() throws {
        let scopes = ["messages:send:{acme.test}", "domains:delete:{acme.test}", "messages:send:all"]
        #expect(try checked(scopes) == ["domains:delete:{acme.test}", "messages:send:all"])
    }

    @Test(
        "Unknown words, foreign domains and duplicates are refused with the word at fault",
        arguments: [
            (["domains:write"], "domains:write"), (["domains:read", "domains:read"], "domains:read"),
            (["messages:send:{other.test}"], "messages:send:{other.test}"),
            (["messages:send:{acme.test}", "messages:send:{ACME.test}"], "messages:send:{ACME.test}"),
            (["domains:read:{acme.test}"], "domains:read:{acme.test}"), (["messages:send"], "messages:send"),
            (["messages:send:{}"], "messages:send:{}"),
            (["messages:send:{{acme.test}}"], "messages:send:{{acme.test}}"),
            ([""], ""), ([":all"], ":all"), (["domains:read:all"], "domains:read:all"),
        ] as [([String], String)])
    func refused(scopes: [String], word: String) {
        do {
            Issue.record("\(try checked(scopes))")
        } catch {
            guard case .invalid(let fault, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(fault.rule == .scopeName && fault.value?.text == word)
        }
    }
}
