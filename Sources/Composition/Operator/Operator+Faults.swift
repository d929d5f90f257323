import AdapterKit
import Base
import Kernel
import Model
import Ports
import SMTPServer

/// Failures on demand last as long as the server that raises them.
extension Operator {
    func addFault(_ text: String, _ personality: String?, _ key: Int64?, _ route: String?) -> OperatorReply {
        guard let faults = runtime.faults else { return noFaults }
        if let personality, runtime.personality(PersonalityID(personality)) == nil {
            let known = runtime.personalities.map(\.id.name).joined(separator: ", ")
            return .refused("--personality \(personality): allowed: \(known)", exit: .usage)
        }
        if let key, runtime.directory.key(AccessKey.ID(key)) == nil { return .refused("no such key") }
        let routes =
            runtime.personalities.flatMap(\.routes).map { "\($0.method.rawValue) \($0.pattern)" }
            + [SMTPGateway.faultRoute]
        if let route, !routes.contains(route) {
            let near = NearestName.to(route, among: routes).map { " (did you mean \"\($0)\"?)" } ?? ""
            return .refused("--route \"\(route)\": there is no such route\(near); `check` lists them", exit: .usage)
        }
        do throws(FaultSyntaxError) {
            let order = try FaultOrder(text)
            let rule = faults.add(
                order, personality: personality.map { PersonalityID($0) }, key: key.map(AccessKey.ID.init), route: route
            )
            return .json(JSONWriter.object { Self.write(rule, &$0) })
        } catch {
            return .refused(error.reason, exit: .usage)
        }
    }

    func listFaults() -> OperatorReply {
        guard let faults = runtime.faults else { return noFaults }
        return .json(
            JSONWriter.array { array in
                for rule in faults.rules { array.object { Self.write(rule, &$0) } }
            })
    }

    /// All that can be asked for, with a server or without one.
    func listFaultNames() -> OperatorReply {
        .json(
            JSONWriter.array { array in
                for name in FaultName.allCases {
                    array.object { object in
                        object.member("ask", "Polyrelay-Fault: \(name.rawValue)")
                        object.member("comes", "the answer to this failure")
                    }
                }
                for (word, _, meaning) in SimulatedOutcome.words {
                    array.object { object in
                        object.member("ask", "\(word)@ in capture mode")
                        object.member("comes", meaning)
                    }
                }
                array.object { object in
                    object.member("ask", "400@ to 599@ in capture mode")
                    object.member("comes", "this reply of the next server")
                }
            })
    }

    func clearFaults(_ id: Int?) -> OperatorReply {
        guard let faults = runtime.faults else { return noFaults }
        let cleared = faults.clear(id)
        if cleared == 0, id != nil { return .refused("no such fault") }
        return .json(JSONWriter.object { $0.member("cleared", cleared) })
    }

    private var noFaults: OperatorReply {
        .refused(
            runtime.configuration.allowsFaults
                ? "no server is running, and faults last only as long as one does"
                : "faults are not allowed: set faults.allow to true")
    }

    private static func write(_ rule: FaultTable.Rule, _ object: inout JSONObjectWriter) {
        object.member("id", rule.id)
        object.member("fault", rule.order.text)
        object.member("personality", rule.personality?.name)
        object.member("key", rule.key?.value)
        object.member("route", rule.route)
        object.member("raised", rule.raised)
    }
}
