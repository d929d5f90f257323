import AdapterKit
import Base
import Model

/// The configuration of a server started without one: for development and tests on one machine.
enum LocalProfile {
    /// Where each personality is served, those that this program has; fixed, so that a client's settings stay right.
    private static let places = [
        Place(name: "poststack", http: "127.0.0.1:8080", smtp: "127.0.0.1:2587"),
        Place(name: "harepost", http: "127.0.0.1:8081", smtp: nil),
        Place(name: "posthawk", http: "127.0.0.1:8082", smtp: "127.0.0.1:2588"),
        Place(name: "ahasend", http: "127.0.0.1:8083", smtp: "127.0.0.1:2589"),
        Place(name: "harpoon", http: "127.0.0.1:8084", smtp: nil),
    ]

    private struct Place {
        let name: String
        let http: String
        /// Where it takes mail, if it does.
        let smtp: String?
    }

    /// As a file would say it, so that it is read, overridden and checked like one. `config/local.json` says the same.
    /// `servesOne`: the environment says what is served, which is one personality then.
    static func tree(for personalities: [any Personality], servesOne: Bool) -> ConfigurationValue {
        var members: [String: ConfigurationValue] = [
            "faults": .object(["allow": .boolean(true)]),
            "limits": .object(
                Dictionary(uniqueKeysWithValues: personalities.map { ($0.id.name, limits(for: $0)) })),
            // Whoever develops a receiver of webhooks has it on this machine.
            "egress": .object(["allow": .array([.text("127.0.0.0/8"), .text("::1/128")])]),
            "personalities": options(of: personalities),
        ]
        let served = places.filter { place in personalities.contains { $0.id.name == place.name } }
        if servesOne, let first = served.first {
            members["personality"] = .text(first.name)
            members["http"] = .object(["listen": .text(first.http)])
        } else {
            members["listeners"] = .array(
                served.map { .object(["personality": .text($0.name), "listen": .text($0.http)]) })
            members["smtp"] = mail(at: served, for: personalities)
        }
        return .object(members)
    }

    /// With TLS for clients that insist on it, under a certificate of our own, and without for all others.
    private static func mail(at places: [Place], for personalities: [any Personality]) -> ConfigurationValue {
        let takers = personalities.filter { $0.smtp != nil }.map(\.id.name)
        let listeners = places.filter { takers.contains($0.name) }.compactMap { place in
            place.smtp.map { address -> ConfigurationValue in
                .object(["personality": .text(place.name), "listen": .text(address), "tls": .text("optional")])
            }
        }
        return .object(["tls": .text("own"), "listeners": .array(listeners), "catchAll": .text(catchAll)])
    }

    /// For programs that only want to get rid of their mail.
    private static let catchAll = "127.0.0.1:2525"

    /// What vendors let everybody do, and the operator of a server on the Internet decides; and no vendor's pace.
    private static func options(of personalities: [any Personality]) -> ConfigurationValue {
        var all: [String: ConfigurationValue] = [:]
        for personality in personalities {
            var set: [String: ConfigurationValue] = [:]
            for option in personality.options { set[option.name] = option.local.map(value) }
            if personality.pace != nil { set["pace"] = .integer(deliveriesPerSecond) }
            if !set.isEmpty { all[personality.id.name] = .object(set) }
        }
        return .object(all)
    }

    /// More than one machine delivers.
    private static let deliveriesPerSecond = 100_000

    private static func value(_ value: OptionValue) -> ConfigurationValue {
        switch value {
        case .boolean(let boolean): .boolean(boolean)
        case .number(let number): .integer(number)
        case .duration(let duration): .text(DurationText.of(duration))
        case .word(let word): .text(word)
        case .url(let url): url.map { .text($0.text) } ?? .null
        case .names(let names): .array(names.map(ConfigurationValue.text))
        }
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
