import AdapterKit
import Model

/// The configuration of a server started without one: for development and tests on one machine.
enum LocalProfile {
    /// As a file would say it, so that it is read, overridden and checked like one. `config/local.json` says the same.
    static func tree(for personalities: [any Personality]) -> ConfigurationValue {
        .object([
            "personality": .text("poststack"),
            "http": .object(["listen": .text("127.0.0.1:8080")]),
            "faults": .object(["allow": .boolean(true)]),
            "limits": .object(
                Dictionary(uniqueKeysWithValues: personalities.map { ($0.id.name, limits(for: $0)) })),
            // Whoever develops a receiver of webhooks has it on this machine.
            "egress": .object(["allow": .array([.text("127.0.0.0/8"), .text("::1/128")])]),
        ])
    }

    /// Enough for a test suite that sends without a pause; vendors allow a few requests per second.
    private static func limits(for personality: any Personality) -> ConfigurationValue {
        let tier: ConfigurationValue = .object([
            "per": .text(RateTier.Owner.key.rawValue), "limit": .integer(6000), "window": .text("1m"),
        ])
        let classes = personality.rateTiers.keys.map { ($0.name, ConfigurationValue.array([tier])) }
        return .object(Dictionary(uniqueKeysWithValues: classes))
    }
}
