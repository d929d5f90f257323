import AdapterKit
import Base
import Model

extension ConfigurationReader {
    /// The options of each personality that has any, all of them: as they are set, else as they are declared.
    func options(_ node: ConfigurationNode) -> [PersonalityID: [String: OptionValue]] {
        let section = node.section(personalities.map(\.id.name))
        var options: [PersonalityID: [String: OptionValue]] = [:]
        for personality in personalities {
            let own = section[personality.id.name].section(Self.names(of: personality))
            for option in personality.options {
                options[personality.id, default: [:]][option.name] = value(own[option.name], option) ?? option.standard
            }
        }
        return options
    }

    /// How fast the mail leaves of each personality that has a pace, where the operator has set it.
    func paces(_ node: ConfigurationNode) -> [PersonalityID: Int] {
        let section = node.section(personalities.map(\.id.name))
        var paces: [PersonalityID: Int] = [:]
        for personality in personalities where personality.pace != nil && section[personality.id.name].isPresent {
            let own = section[personality.id.name].section(Self.names(of: personality))
            paces[personality.id] = own[Self.pace].integer(in: ConfigurationLimits.deliveriesPerSecond)
        }
        return paces
    }

    private static let pace = "pace"

    private static func names(of personality: any Personality) -> [String] {
        personality.options.map(\.name) + (personality.pace == nil ? [] : [pace])
    }

    /// nil where nothing is set, and where what is set was refused.
    private func value(_ node: ConfigurationNode, _ option: OptionDeclaration) -> OptionValue? {
        switch option.kind {
        case .boolean: node.boolean().map(OptionValue.boolean)
        case .number(let range): node.integer(in: range).map(OptionValue.number)
        case .duration(let range): node.duration(in: range).map(OptionValue.duration)
        case .word(let words): node.word(words.map { (word: $0, value: $0) }).map(OptionValue.word)
        case .url: node.text(OptionWords.urlForm, WebURL.init).map(OptionValue.url)
        case .names(let countMax): names(node, countMax).map(OptionValue.names)
        }
    }

    private func names(_ node: ConfigurationNode, _ countMax: Int) -> [String]? {
        let form = OptionWords.namesForm(countMax)
        guard let nodes = node.elements(form) else { return nil }
        if nodes.count > countMax { node.refuse("has \(nodes.count) elements", allowed: form) }
        return nodes.compactMap { element in
            element.text("a name", isRequired: true) { name in
                name.isEmpty || name.utf8.contains(where: ASCII.isControl) ? nil : name
            }
        }
    }
}
