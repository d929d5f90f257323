/// A file of the repository.
struct SourceFile {
    /// From the repository's root.
    let path: String
    let text: String
    let lines: [SourceLine]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = path.hasSuffix(".swift") ? SourceLexer.lines(of: text) : []
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isTest: Bool { path.hasPrefix("Tests/") }
    var isMarkdown: Bool { path.hasSuffix(".md") }

    /// The target that a file in `Sources`, `Plugins` or `Tests` belongs to: the folder below.
    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : nil
    }

    func isIn(_ places: [String]) -> Bool { places.contains { path.hasPrefix($0) } }

    /// A violation for each line that `breaks` is true of.
    func violations(
        of rule: String, mend: String, where breaks: (SourceLine) -> Bool
    ) -> [Violation] {
        lines.enumerated().filter { breaks($0.element) }
            .map { Violation(path: path, line: $0.offset + 1, rule: rule, mend: mend) }
    }
}
