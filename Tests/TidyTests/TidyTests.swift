import Testing

/// Reads the repository's own text. What these rules are for is told in Sources/STYLE.md.
@Suite("Tidy")
struct TidyTests {
    @Test("The repository keeps the rule", arguments: Rule.all)
    func keeps(_ rule: Rule) {
        for violation in Repository.files.flatMap(rule.check) { Issue.record("\(violation)") }
    }

    @Test("The repository is found")
    func found() {
        #expect(Repository.files.contains { $0.path == "Sources/Base/ASCII.swift" })
        #expect(Repository.manifest != nil)
    }
}
