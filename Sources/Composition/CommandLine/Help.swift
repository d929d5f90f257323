import AdapterKit

/// What `--help` prints, made of the table of verbs.
enum Help {
    /// Of everything, of a group of verbs, or of one; what stands behind a verb is passed over.
    static func text(about words: some Collection<String>) throws(UsageError) -> String {
        guard let first = words.first else { return overview }
        let group = Verbs.group(first)
        if words.count == 1, group.count > 1 { return text(about: group) }
        return text(about: try Verbs.verb(Array(words)))
    }

    private static let overview = """
        polyrelay: a self-hosted message-delivery server

        usage: polyrelay VERB [options]

        \(lines(Verbs.all))

        options of every verb:
        \(lines(Verbs.common))

        options of lists:
        \(lines(Verbs.listing))

        While a server runs, the verbs speak to it; otherwise they open the database themselves.
        Exit codes: 0 done, 1 refused or not found, 2 bad usage or bad configuration.

        More about a verb, and an example of it: polyrelay VERB --help

        examples:
          polyrelay serve
          polyrelay account create acme
          polyrelay domain add example.com --account 1 --verified
          polyrelay key create --account 1 --personality \(Adapters.all[0].id)
          polyrelay message raw ID > mail.eml

        """

    private static func text(about group: [Verb]) -> String {
        """
        usage: polyrelay \(group[0].words[0]) ACTION [options]

        \(lines(group))

        More about one, and an example of it: polyrelay \(group[0].words[0]) ACTION --help

        """
    }

    private static func text(about verb: Verb) -> String {
        let needed = verb.options.filter(\.isNeeded).map { " \($0.usage)" }.joined()
        var text = "usage: polyrelay \(verb.usage)\(needed) [options]\n\n\(verb.summary)\n"
        if !verb.options.isEmpty { text += "\noptions:\n\(lines(verb.options))\n" }
        if verb.isList { text += "\noptions of lists:\n\(lines(verb.listing))\n" }
        return text + "\noptions of every verb:\n\(lines(Verbs.common))\n\nexample:\n  polyrelay \(verb.example)\n"
    }

    // MARK: Two columns

    private static func lines(_ verbs: [Verb]) -> String { columns(verbs.map { ($0.usage, $0.summary) }) }

    private static func lines(_ options: [VerbOption]) -> String {
        columns(options.map { ($0.usage, $0.help + ($0.isNeeded ? " (required)" : "")) })
    }

    /// A left side that is too wide has a line to itself.
    private static func columns(_ rows: [(String, String)]) -> String {
        let widths = rows.map(\.0.count).filter { $0 <= widthMax }
        let width = widths.max() ?? 0
        return rows.map { left, right in
            let padding = left.count > width ? "\n" + spaces(2 + width) : spaces(width - left.count)
            return "  \(left)\(padding)  \(right)"
        }.joined(separator: "\n")
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

    private static let widthMax = 34
}
