import Base

/// The value under one key, and the place to say what is wrong with it.
///
/// Each reading function gives nil for an absent key, so that the caller's default applies, and also for a wrong value;
/// that one is reported too, and then nobody sees the default. `null` is as good as absent.
struct ConfigurationNode {
    /// nil: the key is absent.
    let value: ConfigurationValue?
    let path: String
    private let findings: ConfigurationFindings

    init(_ value: ConfigurationValue?, path: String, findings: ConfigurationFindings) {
        self.value = value
        self.path = path
        self.findings = findings
    }

    var isPresent: Bool { present != nil }

    private var present: ConfigurationValue? { value == .null ? nil : value }

    func refuse(_ problem: String, allowed: String? = nil) { findings.add(path, problem, allowed: allowed) }

    /// Refuses a word that is none of `known`.
    func refuse(word: String, known: [String], allowed: String? = nil) {
        refuse("\"\(word)\" is not known\(Self.hint(word, known))", allowed: allowed ?? Self.list(known))
    }

    // MARK: Scalars

    /// A text that `parse` understands; `form` says which are.
    func text<Value>(_ form: String, isRequired: Bool = false, _ parse: (String) -> Value?) -> Value? {
        guard let present else {
            if isRequired { refuse("is missing", allowed: form) }
            return nil
        }
        guard case .text(let text) = present else {
            refuse("is \(present.kind)", allowed: form)
            return nil
        }
        let value = parse(text)
        if value == nil { refuse(text.isEmpty ? "is empty" : "is not understood", allowed: form) }
        return value
    }

    /// The name of a file; whether it is there is seen when it is opened.
    func file(isRequired: Bool = false) -> String? {
        text("the name of a file", isRequired: isRequired) { $0.isEmpty || $0.utf8.contains(ASCII.nul) ? nil : $0 }
    }

    /// One of a few words. `later` are those that the contract has and this version has not.
    func word<Value>(
        _ choices: [(word: String, value: Value)], isRequired: Bool = false, later: [String] = []
    ) -> Value? {
        let words = choices.map(\.word)
        let allowed = Self.list(words) + (later.isEmpty ? "" : ", and in a later version \(Self.list(later))")
        guard let word = text(allowed, isRequired: isRequired, { $0 }) else { return nil }
        if let choice = choices.first(where: { $0.word == word }) { return choice.value }
        if later.contains(word) {
            refuse("\"\(word)\" is not available yet", allowed: Self.list(words))
        } else {
            refuse(word: word, known: words, allowed: allowed)
        }
        return nil
    }

    func word<Value: RawRepresentable<String> & CaseIterable>(
        _ type: Value.Type = Value.self, isRequired: Bool = false, later: [String] = []
    ) -> Value? {
        word(type.allCases.map { ($0.rawValue, $0) }, isRequired: isRequired, later: later)
    }

    func boolean() -> Bool? {
        guard let present else { return nil }
        guard case .boolean(let boolean) = present else {
            refuse("is \(present.kind)", allowed: "true, false")
            return nil
        }
        return boolean
    }

    func integer(in range: ClosedRange<Int>, isRequired: Bool = false) -> Int? {
        let allowed = "an integer from \(range.lowerBound) to \(range.upperBound)"
        guard let present else {
            if isRequired { refuse("is missing", allowed: allowed) }
            return nil
        }
        guard case .integer(let integer) = present else {
            refuse("is \(present.kind)", allowed: allowed)
            return nil
        }
        guard range.contains(integer) else {
            refuse("\(integer) is out of range", allowed: allowed)
            return nil
        }
        return integer
    }

    func duration(in range: ClosedRange<Duration>, isRequired: Bool = false) -> Duration? {
        let form = "a duration such as \(DurationText.examples)"
        guard let duration = text(form, isRequired: isRequired, DurationText.parse) else { return nil }
        guard range.contains(duration) else {
            let ends = [range.lowerBound, range.upperBound].map(DurationText.of)
            refuse("\(DurationText.of(duration)) is out of range", allowed: "\(ends[0]) to \(ends[1])")
            return nil
        }
        return duration
    }

    // MARK: Objects and lists

    /// The members of an object that has no others than these keys; an absent object has no members.
    func section(_ keys: [String]) -> ConfigurationSection {
        let members = self.members("an object with \(Self.list(keys))")
        for node in members.filter({ !keys.contains($0.name) }) {
            node.value.refuse("there is no such key\(Self.hint(node.name, keys))", allowed: Self.list(keys))
        }
        return ConfigurationSection(path: path, members: members, findings: findings)
    }

    /// The members of an object whose keys are names of the operator's or of a personality's, ordered by name.
    func members(_ form: String) -> [(name: String, value: ConfigurationNode)] {
        guard let present else { return [] }
        guard case .object(let members) = present else {
            refuse("is \(present.kind)", allowed: form)
            return []
        }
        return members.sorted { $0.key < $1.key }.map { name, value in
            let path = path.isEmpty ? name : "\(path).\(name)"
            return (name, ConfigurationNode(value, path: path, findings: findings))
        }
    }

    /// The elements of a list; nil where there is none.
    func elements(_ form: String) -> [ConfigurationNode]? {
        guard let present else { return nil }
        guard case .array(let elements) = present else {
            refuse("is \(present.kind)", allowed: form)
            return nil
        }
        return elements.enumerated().map {
            ConfigurationNode($1, path: "\(path)[\($0)]", findings: findings)
        }
    }

    private static func hint(_ name: String, _ known: [String]) -> String {
        NearestName.to(name, among: known).map { " (did you mean \"\($0)\"?)" } ?? ""
    }

    static func list(_ words: [String]) -> String { words.map { "\"\($0)\"" }.joined(separator: ", ") }
}
