import Foundation

/// An expected text: `*` for any run, `{{name}}` for a value that is known or to be learned.
struct Pattern {
    private let expression: NSRegularExpression
    private let learned: [String]

    init(_ text: String, known: [String: String]) throws {
        var pattern = ""
        var learned: [String] = []
        var rest = Substring(text)
        while let character = rest.first {
            if character == "*" {
                pattern += "[\\s\\S]*?"
                rest = rest.dropFirst()
            } else if rest.hasPrefix("{{"), let end = rest.range(of: "}}") {
                let name = String(rest[..<end.lowerBound].dropFirst(2))
                if let value = known[name] {
                    pattern += NSRegularExpression.escapedPattern(for: value)
                } else if let group = learned.firstIndex(of: name) {
                    pattern += "\\\(group + 1)(?![0-9])"
                } else {
                    learned.append(name)
                    pattern += "([\\s\\S]+?)"
                }
                rest = rest[end.upperBound...]
            } else {
                pattern += NSRegularExpression.escapedPattern(for: String(character))
                rest = rest.dropFirst()
            }
        }
        expression = try NSRegularExpression(pattern: "\\A" + pattern + "\\z")
        self.learned = learned
    }

    /// The values learned from `text`; nil where it is not what was expected.
    func match(_ text: String) -> [String: String]? {
        let whole = NSRange(text.startIndex..., in: text)
        guard let found = expression.firstMatch(in: text, range: whole) else { return nil }
        var values: [String: String] = [:]
        for (index, name) in learned.enumerated() {
            guard let range = Range(found.range(at: index + 1), in: text) else { return nil }
            values[name] = String(text[range])
        }
        return values
    }
}
