public import Base
public import Model
import Synchronization

/// The failures that were asked for, and how often each was met. There is one only where the operator allows faults.
/// Any thread.
public final class FaultTable: Sendable {
    /// An order that stands until it is cleared, for every request or for some.
    public struct Rule: Sendable {
        public var id: Int
        public var order: FaultOrder
        public var personality: PersonalityID?
        public var key: AccessKey.ID?
        /// Method and pattern, as in `POST /emails`.
        public var route: String?
        /// Requests that have met it.
        public var raised: Int
    }

    private struct State {
        var rules: [Rule] = []
        var lastID = 0
        /// Requests that have come to the place of each order: of a rule by its number, of a header field by its text.
        var passed: [Source: Int] = [:]
    }

    enum Source: Hashable {
        case rule(Int)
        case field(String)
    }

    private let state = Mutex(State())
    private let random: any RandomSource

    public init(random: any RandomSource) { self.random = random }

    // MARK: The operator's

    public func add(
        _ order: FaultOrder, personality: PersonalityID?, key: AccessKey.ID?, route: String?
    ) -> Rule {
        state.withLock { state in
            state.lastID += 1
            let rule = Rule(
                id: state.lastID, order: order, personality: personality, key: key, route: route, raised: 0)
            state.rules.append(rule)
            return rule
        }
    }

    public var rules: [Rule] { state.withLock { $0.rules } }

    /// Takes one rule away, or all; how many.
    public func clear(_ id: Int?) -> Int {
        state.withLock { state in
            let before = state.rules.count
            state.rules.removeAll { id == nil || $0.id == id }
            return before - state.rules.count
        }
    }

    // MARK: Requests

    /// What one request has to reckon with; nil for nothing. `field`: the value of its header field, nil where it has
    /// none. An order that cannot be understood is an `invalid` failure.
    public func session(
        personality: PersonalityID, route: String?, field: String?
    ) throws(KernelFailure) -> FaultSession? {
        var candidates: [FaultSession.Candidate] = []
        if let field {
            let order: FaultOrder
            do throws(FaultSyntaxError) {
                order = try FaultOrder(field)
            } catch {
                // Who asks for failures is developing, and reads what can be asked for.
                throw .invalid(
                    FieldFault(
                        "\(Self.fieldName) (\(error.reason))", .headerValue, location: .header, value: UserData(field)))
            }
            candidates.append(FaultSession.Candidate(order: order, source: .field(field), key: nil))
        }
        for rule in rules {
            guard rule.personality == nil || rule.personality == personality, rule.route == nil || rule.route == route
            else { continue }
            candidates.append(FaultSession.Candidate(order: rule.order, source: .rule(rule.id), key: rule.key))
        }
        return candidates.isEmpty ? nil : FaultSession(candidates, table: self)
    }

    public static let fieldName = "Polyrelay-Fault"

    /// Counts a request that has come to an order's place; whether it meets the failure.
    func isMet(_ order: FaultOrder, _ source: Source) -> Bool {
        let passes = state.withLock { state in
            if state.passed.count >= KernelLimits.faultCounters { state.passed.removeAll() }
            state.passed[source, default: 0] += 1
            return state.passed[source, default: 0] <= order.after
        }
        guard !passes, order.rate >= 1 || Double(random.bits64() >> 11) * 0x1p-53 < order.rate else { return false }
        if case .rule(let id) = source {
            state.withLock { state in
                if let index = state.rules.firstIndex(where: { $0.id == id }) { state.rules[index].raised += 1 }
            }
        }
        return true
    }
}
