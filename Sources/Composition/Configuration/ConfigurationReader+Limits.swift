import AdapterKit
import Base
import Model

extension ConfigurationReader {
    /// By personality and rate class. A class with an empty list has no limit; one that is not named keeps the
    /// vendor's.
    func limits(_ node: ConfigurationNode) -> [PersonalityID: [RateClass: [RateTier]]] {
        var limits: [PersonalityID: [RateClass: [RateTier]]] = [:]
        for (name, value) in node.members("an object with a key for each personality") {
            guard let personality = personalities.first(where: { $0.id.name == name }) else {
                value.refuse(word: name, known: personalities.map(\.id.name))
                continue
            }
            limits[personality.id] = classes(value, of: personality)
        }
        return limits
    }

    private func classes(
        _ node: ConfigurationNode, of personality: any Personality
    ) -> [RateClass: [RateTier]] {
        let known = personality.rateTiers.keys.map(\.name).sorted()
        var classes: [RateClass: [RateTier]] = [:]
        for (name, value) in node.members("an object with the rate classes \(ConfigurationNode.list(known))") {
            guard known.contains(name) else {
                value.refuse(word: name, known: known)
                continue
            }
            classes[RateClass(name)] = (value.elements("a list of \(Self.tierForm)") ?? []).compactMap(tier)
        }
        return classes
    }

    private static let tierForm = #"{ "per", "limit", "window" }"#

    private func tier(_ node: ConfigurationNode) -> RateTier? {
        let section = node.section(["per", "limit", "window"])
        let owner = section["per"].word(RateTier.Owner.self, isRequired: true)
        let limit = section["limit"].integer(in: ConfigurationLimits.requestsPerWindow, isRequired: true)
        let window = window(section["window"])
        guard let owner, let limit, let window else { return nil }
        return RateTier(owner: owner, limit: limit, window: window)
    }

    private func window(_ node: ConfigurationNode) -> Duration? {
        let form = "a duration of 1s or more and less than 1h"
        guard let window = node.text(form, isRequired: true, DurationText.parse) else { return nil }
        if window >= ConfigurationLimits.rateWindowEnd {
            node.refuse(
                "windows this long would have to outlive the server, and their counts are not kept on disk yet",
                allowed: form)
            return nil
        }
        guard window >= ConfigurationLimits.rateWindowMin else {
            node.refuse("\(DurationText.of(window)) is too short", allowed: form)
            return nil
        }
        return window
    }
}
