import AdapterKit
import Base
import Model
import Ports

extension ConfigurationReader {
    /// What an operator may name; keys of messages go with their messages.
    static let retained: [Clearing.Rows] = [.messages, .contents, .events, .webhooks, .relays]

    /// What people wrote to the operator.
    static let postmaster = "postmaster"

    /// How long what has ended is kept, by personality and kind.
    func retention(_ node: ConfigurationNode) -> Configuration.Retention {
        let origins = personalities.map(\.id) + [.capture, .reports]
        let section = node.section(origins.map(\.name) + [Self.postmaster])
        var retention = Configuration.Retention()
        retention.operatorMail = section[Self.postmaster].duration(in: ConfigurationLimits.retention)
        for origin in origins where section[origin.name].isPresent {
            let own = section[origin.name].section(Self.retained.map(\.rawValue))
            for rows in Self.retained {
                if let age = own[rows.rawValue].duration(in: ConfigurationLimits.retention) {
                    retention.rules[origin, default: [:]][rows] = age
                }
            }
        }
        return retention
    }
}
