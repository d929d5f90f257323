public import Ports

/// A `KeyedPlan` with its changes encoded.
public struct EncodedPlan: Sendable {
    /// Without its changes.
    public let plan: KeyedPlan
    /// Its changes, in order.
    public var changes: [EncodedChange]

    public init(_ plan: KeyedPlan) {
        changes = plan.changes.map { EncodedChange($0) }
        var plan = plan
        plan.changes = []
        self.plan = plan
    }
}
