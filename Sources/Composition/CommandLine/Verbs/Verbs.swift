import Base

/// Everything that the command line can do. A new verb is an entry in one of these lists, and the function that it
/// calls.
enum Verbs {
    static let all: [Verb] =
        program + accounts + keys + smtpCredentials + domains + suppressions + templates + queue + webhooks + relays
        + messages + faults + personalities + about

    /// The options that every verb takes.
    static let common: [VerbOption] = [
        .text(
            "config", "FILE",
            "the configuration (default: what \(ConfigurationEnvironment.fileVariable) names, else the local profile)"),
        .flag("json", "print JSON instead of text"),
        .flag("help", "say what the verb does, and how it is called"),
        .flag("version", "print the versions of the program and of its libraries"),
    ]

    /// The options of every verb that prints a list.
    static let listing: [VerbOption] = [
        .number("limit", "N", "at most N rows (default \(Arguments.rowsDefault))"),
        .number("skip", "N", "not the first N"),
        .flag("oldest", "oldest first, in place of latest first"),
    ]

    private static let program: [Verb] = [
        Verb(
            "serve", does: "run; SIGTERM drains and ends, SIGHUP reads limits, quotas and certificates again",
            example: "serve --config config/smarthost.json", program: .serve),
        Verb(
            "check", does: "validate the configuration and print the effective one",
            example: "check --config config/smarthost.json", program: .check),
        Verb(
            "backup", on: .text("FILE"), options: [.flag("force", "write over a file that is there")],
            does: "copy the database with its contents, while a server runs or not, without the key file",
            example: "backup /backup/polyrelay-monday", program: .backup),
        Verb(
            "restore", on: .text("FILE"), options: [.flag("force", "in place of a database that is there")],
            does: "put a backup back, beside the same key file", example: "restore /backup/polyrelay-monday --force",
            program: .restore),
        Verb(
            "openapi", on: .text("PERSONALITY"),
            does: "print its routes as an OpenAPI document, as /openapi.json has it",
            example: "openapi \(OpenAPICommand.described.first ?? "PERSONALITY")", program: .openAPI),
    ]

    private static let about: [Verb] = [
        Verb(
            "version", does: "print the versions of the program and of its libraries", example: "version",
            program: .version),
        Verb("help", does: "print what there is, or more about a verb", example: "help domain add", program: .help),
    ]

    /// Those that begin with a word: one, or those of a group.
    static func group(_ word: String) -> [Verb] { all.filter { $0.words[0] == word } }

    /// The first words, each once, in the order of the table.
    static var groups: [String] {
        var groups: [String] = []
        for verb in all where groups.last != verb.words[0] { groups.append(verb.words[0]) }
        return groups
    }

    /// The verb that a command line begins with.
    static func verb(_ words: [String]) throws(UsageError) -> Verb {
        guard let first = words.first else { throw UsageError("say what to do: \(groups.joined(separator: ", "))") }
        let group = group(first)
        guard let only = group.first else { throw unknown("verb", first, groups) }
        if only.words.count == 1 { return only }
        let actions = group.map { $0.words[1] }
        guard words.count > 1 else {
            throw UsageError("\(first): say what to do: \(actions.joined(separator: ", "))", about: [first])
        }
        guard let verb = group.first(where: { $0.words[1] == words[1] }) else {
            throw unknown("\(first) action", words[1], actions, about: [first])
        }
        return verb
    }

    private static func unknown(
        _ what: String, _ name: String, _ known: [String], about words: [String] = []
    ) -> UsageError {
        let nearest = NearestName.to(name, among: known).map { " (did you mean \($0)?)" } ?? ""
        return UsageError("unknown \(what) \(name)\(nearest): allowed: \(known.joined(separator: ", "))", about: words)
    }
}
