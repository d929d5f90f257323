import AdapterKit
import Base
import Model

/// The configuration of a server started without one: for development and tests on one machine.
enum LocalProfile {
    /// Where each personality is served.
    private static let addresses = [
        ("poststack", "127.0.0.1:8080"), ("harepost", "127.0.0.1:8081"), ("ahasend", "127.0.0.1:8083"),
    ]

    /// As a file would say it, so that it is read, overridden and checked like one. `config/local.json` says the same.
    /// `servesOne`: the environment says what is served, which is one personality then.
    static func tree(for personalities: [any Personality], servesOne: Bool) -> ConfigurationValue {
        var members: [String: ConfigurationValue] = [
            "faults": .object(["allow": .boolean(true)]),
            "limits": .object(
                Dictionary(uniqueKeysWithValues: personalities.map { ($0.id.name, limits(for: $0)) })),
            // Whoever develops a receiver of webhooks has it on this machine.
            "egress": .object(["allow": .array([.text("127.0.0.0/8"), .text("::1/128")])]),
            "personalities": switches(of: personalities),
        ]
        let served = addresses.filter { name, _ in personalities.contains { $0.id.name == name } }
        if servesOne, let first = served.first {
            members["personality"] = .text(first.0)
            members["http"] = .object(["listen": .text(first.1)])
        } else {
            members["listeners"] = .array(
                served.map { .object(["personality": .text($0.0), "listen": .text($0.1)]) })
        }
        return .object(members)
    }

    /// What vendors let everybody do, and the operator of a server on the Internet decides.
    private static func switches(of personalities: [any Personality]) -> ConfigurationValue {
        var all: [String: ConfigurationValue] = [:]
        for personality in personalities where !personality.switches.isEmpty {
            all[personality.id.name] = .object(personality.switches.mapValues { _ in .boolean(true) })
        }
        return .object(all)
    }

    /// Enough for a test suite that sends without a pause; vendors allow a few requests per second. Counted for whom
    /// the vendor counts; a class without limits has none here either.
    private static func limits(for personality: any Personality) -> ConfigurationValue {
        var classes: [String: ConfigurationValue] = [:]
        for (rateClass, tiers) in personality.rateTiers {
            guard let owner = tiers.first?.owner else { continue }
            let tier: ConfigurationValue = .object([
                "per": .text(owner.rawValue), "limit": .integer(6000), "window": .text("1m"),
            ])
            classes[rateClass.name] = .array([tier])
        }
        return .object(classes)
    }
}
