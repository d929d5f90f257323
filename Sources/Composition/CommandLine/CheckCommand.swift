import AdapterKit
import Base
import Model

/// `check`: what the configuration comes to.
struct CheckCommand {
    private let source: ConfigurationSource

    init(_ source: ConfigurationSource) { self.source = source }

    /// The effective configuration, then each personality's rate classes, options and routes, literal segments first,
    /// as they are matched.
    func text() throws -> String {
        let configuration = try configuration()
        var text = ConfigurationPrinter.text(configuration) + "\n"
        for note in Self.notes(configuration) { text += "\n\(note)\n" }
        for personality in Adapters.all {
            let classes = personality.rateTiers.keys.map(\.name).sorted().joined(separator: ", ")
            text += "\n\(personality.id): rate classes \(classes)\n"
            for (rateClass, tiers) in configuration.tiers(of: personality).sorted(by: { $0.key.name < $1.key.name }) {
                text += "  \(rateClass.name): \(Self.sentence(tiers))\n"
            }
            for option in personality.options {
                let value = configuration.options[personality.id]?[option.name] ?? option.standard
                text += "  option \(option.name): \(OptionWords.text(value)), \(option.help) "
                text += "(\(OptionWords.allowed(option.kind)); default \(OptionWords.text(option.standard)))\n"
            }
            for route in Self.inOrder(personality.routes) { text += "  \(route.method.rawValue) \(route.pattern)\n" }
        }
        return text
    }

    /// The same as one JSON object.
    func json() throws -> String {
        let configuration = try configuration()
        let json = JSONWriter.object { object in
            object.member("configuration", JSONText(trusted: ConfigurationPrinter.json(configuration)))
            object.member("notes", Self.notes(configuration))
            object.array("personalities") { array in
                for personality in Adapters.all {
                    array.object { object in
                        object.member("id", personality.id.name)
                        object.member("rateClasses", personality.rateTiers.keys.map(\.name).sorted())
                        object.object("limits") { Self.write(configuration.tiers(of: personality), to: &$0) }
                        object.array("options") { array in
                            for option in personality.options {
                                array.object { Self.write(option, configuration.options[personality.id], to: &$0) }
                            }
                        }
                        object.member(
                            "routes", Self.inOrder(personality.routes).map { "\($0.method.rawValue) \($0.pattern)" })
                    }
                }
            }
        }
        return String(decoding: json, as: UTF8.self) + "\n"
    }

    /// What an operator may not expect of it.
    private static func notes(_ configuration: Configuration) -> [String] {
        configuration.delivery.mode == .capture ? [Configuration.Delivery.captureNote] : []
    }

    private static func write(
        _ option: OptionDeclaration, _ values: [String: OptionValue]?, to object: inout JSONObjectWriter
    ) {
        object.member("name", option.name)
        object.member("value", values?[option.name] ?? option.standard)
        object.member("default", option.standard)
        object.member("allowed", OptionWords.allowed(option.kind))
        object.member("help", option.help)
    }

    /// With what the machine has to have for it.
    private func configuration() throws -> Configuration {
        let configuration = try source.read()
        try Prerequisites.look(configuration)
        return configuration
    }

    private static func write(_ classes: [RateClass: [RateTier]], to object: inout JSONObjectWriter) {
        for (rateClass, tiers) in classes.sorted(by: { $0.key.name < $1.key.name }) {
            object.array(named: rateClass.name) { list in tiers.forEach { ConfigurationPrinter.write($0, to: &list) } }
        }
    }

    /// What a class comes to, in a few words: `60 in 1m per key; 1000 in 1d per account`.
    private static func sentence(_ tiers: [RateTier]) -> String {
        if tiers.isEmpty { return "no limit" }
        return tiers.map { tier in
            let window =
                switch tier.window {
                case .aligned(let length): "in \(DurationText.of(length))"
                case .month: "in a month"
                case .fromFirst(let length): "in \(DurationText.of(length)) from the first use"
                case .bucket(let refill, let burst): "in \(DurationText.of(refill)), bursts of \(burst)"
                }
            return "\(tier.limit) \(tier.counts == .accepted ? "accepted " : "")\(window) per \(tier.owner.rawValue)"
        }.joined(separator: "; ")
    }

    /// A literal segment wins over a parameter, so it stands before it.
    private static func inOrder(_ routes: [Route]) -> [Route] {
        routes.enumerated().sorted { left, right in
            let (first, second) = (rank(left.element), rank(right.element))
            return first == second ? left.offset < right.offset : first.lexicographicallyPrecedes(second)
        }.map(\.element)
    }

    private static func rank(_ route: Route) -> [String] {
        // A tilde sorts after every letter.
        route.pattern.split(separator: "/").map { $0.hasPrefix(":") ? "~" : String($0) }
    }
}
