import Base

/// The environment variables that stand above the file: `POLYRELAY_` and the key's path, in capitals.
///
/// Scalars only. What a variable says is read as if it stood in the file.
struct ConfigurationEnvironment {
    private enum Kind {
        case text, integer, boolean
    }

    private struct Key {
        let path: [String]
        let kind: Kind

        init(_ path: String..., as kind: Kind = .text) {
            self.path = path
            self.kind = kind
        }

        var variable: String { prefix + path.map { $0.uppercased() }.joined(separator: "_") }
    }

    private static let prefix = "POLYRELAY_"

    /// An outer key before its inner ones.
    private static let keys = [
        Key("database"), Key("personality"), Key("http", "listen"), Key("http", "publicURL"),
        Key("http", "tls", "certificate"), Key("http", "tls", "key"),
        Key("admin", as: .boolean), Key("admin", "listen"),
        Key("delivery", "mode"), Key("delivery", "smarthost"), Key("delivery", "auth", "user"),
        Key("delivery", "auth", "passwordFile"), Key("delivery", "hostname"), Key("delivery", "tls"),
        Key("delivery", "caFile"), Key("delivery", "localPartOutcomes", as: .boolean),
        Key("delivery", "port", as: .integer),
        Key("hosts", "tracking"), Key("secrets", "keyFile"), Key("drain"), Key("shards", as: .integer),
        Key("log", "level"), Key("log", "format"), Key("log", "requests", as: .boolean),
        Key("log", "deliveries", as: .boolean), Key("hosts", "spf"), Key("hosts", "mx"),
        Key("hosts", "returnPath"), Key("egress", "caFile"), Key("webhooks", "timeout"),
        Key("smtp", "hostname"), Key("smtp", "strict"), Key("smtp", "keepBcc"), Key("smtp", "tls", "certificate"),
        Key("smtp", "tls", "key"),
    ]

    /// The variable that names the configuration's file where the command line does not.
    static let fileVariable = "POLYRELAY_CONFIG"

    /// Variables that are no keys: the one for the file, and those that the project's tests know and the server does
    /// not.
    private static let foreign: Set = [fileVariable, "POLYRELAY_TESTS", "POLYRELAY_CORPORA", "POLYRELAY_BINARY"]
    private static let foreignPrefix = "POLYRELAY_BENCH"

    private let variables: [String: String]

    init(_ environment: [String: String]) {
        variables = environment.filter { name, _ in
            name.hasPrefix(Self.prefix) && !Self.foreign.contains(name) && !name.hasPrefix(Self.foreignPrefix)
        }
    }

    /// One of them is of the short form for one listener.
    var saysWhatIsServed: Bool {
        Self.keys.contains { ["personality", "http"].contains($0.path.first) && variables[$0.variable] != nil }
    }

    /// Puts the variables' values over those of the tree.
    func override(_ tree: inout ConfigurationValue, _ findings: ConfigurationFindings) {
        for key in Self.keys {
            guard let text = variables[key.variable] else { continue }
            findings.variables[key.path.joined(separator: ".")] = key.variable
            tree.set(Self.value(text, key.kind), at: key.path)
        }
        refuseUnknown(findings)
    }

    /// What is not of the key's kind stays text, and is refused as such by who reads it.
    private static func value(_ text: String, _ kind: Kind) -> ConfigurationValue {
        switch kind {
        case .text: .text(text)
        case .integer: Int(text).map(ConfigurationValue.integer) ?? .text(text)
        case .boolean: Bool(text).map(ConfigurationValue.boolean) ?? .text(text)
        }
    }

    private func refuseUnknown(_ findings: ConfigurationFindings) {
        let known = Self.keys.map(\.variable)
        for name in variables.keys.sorted() where !known.contains(name) {
            // Compared without what all have in common, which would make unlike names seem near.
            let rest = String(name.dropFirst(Self.prefix.count))
            let nearest = NearestName.to(rest, among: known.map { String($0.dropFirst(Self.prefix.count)) })
            let question = nearest.map { " (did you mean \(Self.prefix)\($0)?)" } ?? ""
            findings.add(
                name, "there is no such variable\(question)",
                allowed: nearest == nil ? known.joined(separator: ", ") : nil)
        }
    }
}
