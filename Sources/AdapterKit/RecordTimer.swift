public import Base
package import Kernel
public import Model

/// What becomes of a collection's records when they are due.
public struct RecordTimer: Sendable {
    public let collection: String
    /// Pure: the changes of a record that is due now, made unless somebody changes it before; nil: nothing becomes of
    /// it, and its time is forgotten.
    public let due: @Sendable (Record, Instant, PublicIDs) -> RecordUnit?

    public init(_ collection: String, due: @escaping @Sendable (Record, Instant, PublicIDs) -> RecordUnit?) {
        self.collection = collection
        self.due = due
    }
}

extension Personality {
    /// As the kernel uses them, by collection.
    package func timerRules(_ ids: PublicIDs) -> [String: RecordTimers.Rule] {
        var rules: [String: RecordTimers.Rule] = [:]
        for timer in recordTimers { rules[timer.collection] = { timer.due($0, $1, ids) } }
        return rules
    }
}
