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
        let form = "an object with the rate classes \(ConfigurationNode.list(known)) and \"\(Self.quotasKey)\""
        for (name, value) in node.members(form) where name != Self.quotasKey {
            guard known.contains(name) else {
                value.refuse(word: name, known: known + [Self.quotasKey])
                continue
            }
            classes[RateClass(name)] = tiers(value)
        }
        return classes
    }

    private func tiers(_ node: ConfigurationNode) -> [RateTier] {
        var tiers: [RateTier] = []
        for element in node.elements("a list of \(Self.tierForm)") ?? [] {
            guard let tier = tier(element) else { continue }
            if tiers.contains(where: { $0.identity == tier.identity }) {
                element.refuse("counts the same as another one of this class", allowed: "another per, window or counts")
            }
            tiers.append(tier)
        }
        return tiers
    }

    private static let tierForm = #"{ "per", "limit", "window", "burst"?, "starts"?, "counts"? }"#

    private func tier(_ node: ConfigurationNode) -> RateTier? {
        let section = node.section(["per", "limit", "window", "burst", "starts", "counts"])
        let owner = section["per"].word(RateTier.Owner.self, isRequired: true)
        let limit = section["limit"].integer(in: ConfigurationLimits.requestsPerWindow, isRequired: true)
        let window = window(section)
        let counts = section["counts"].word(RateTier.Counts.self) ?? .attempts
        guard let owner, let limit, let window else { return nil }
        if case .bucket(let refill, let burst) = window, !Self.fills(burst, limit, refill) {
            section["burst"].refuse(
                "\(burst) would take too long to come back",
                allowed: "what the limit gives back within \(DurationText.of(ConfigurationLimits.rateWindowMax))")
            return nil
        }
        return RateTier(owner: owner, limit: limit, window: window, counts: counts)
    }

    /// Whether an empty bucket is full again within the longest window.
    private static func fills(_ burst: Int, _ limit: Int, _ refill: Duration) -> Bool {
        let longest = Int128(ConfigurationLimits.rateWindowMax.nanoseconds)
        return Int128(burst) * Int128(refill.nanoseconds) <= longest * Int128(limit)
    }

    // MARK: Windows

    private static let month = "month"
    private static let windowForm = "a duration of 1s or more and at most 366d, or \"month\""

    private func window(_ section: ConfigurationSection) -> RateTier.Window? {
        let length = section["window"].text(Self.windowForm, isRequired: true, Self.length)
        let burst = section["burst"].integer(in: ConfigurationLimits.requestsPerWindow)
        let start = section["starts"].word([("aligned", WindowStart.aligned), ("firstUse", .firstUse)])
        guard let length else { return nil }
        if section["burst"].isPresent, section["starts"].isPresent {
            section["starts"].refuse("does not go with burst: a bucket has no windows")
            return nil
        }
        if length == nil, section["burst"].isPresent || start == .firstUse {
            let key = section["burst"].isPresent ? "burst" : "starts"
            section[key].refuse("does not go with a month", allowed: "a window that is a duration")
            return nil
        }
        return Self.window(length, burst, start)
    }

    private enum WindowStart { case aligned, firstUse }

    /// `length` nil: a calendar month.
    private static func window(_ length: Duration?, _ burst: Int?, _ start: WindowStart?) -> RateTier.Window {
        guard let length else { return .month }
        if let burst { return .bucket(refill: length, burst: burst) }
        return start == .firstUse ? .fromFirst(length) : .aligned(length)
    }

    /// Of the text for a window; the inner nil stands for a month.
    private static func length(_ text: String) -> Duration?? {
        if text == month { return .some(nil) }
        guard let length = DurationText.parse(text), ConfigurationLimits.rateWindowMin <= length,
            length <= ConfigurationLimits.rateWindowMax
        else { return nil }
        return length
    }
}
