/// An object whose keys are known.
struct ConfigurationSection {
    private let path: String
    private let members: [String: ConfigurationNode]
    private let findings: ConfigurationFindings

    init(path: String, members: [(name: String, value: ConfigurationNode)], findings: ConfigurationFindings) {
        self.path = path
        self.members = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) })
        self.findings = findings
    }

    /// What stands under a key, also where nothing does.
    subscript(_ key: String) -> ConfigurationNode {
        members[key]
            ?? ConfigurationNode(nil, path: path.isEmpty ? key : "\(path).\(key)", findings: findings)
    }
}
