package import Ports

/// A `KeyedPlan` with its changes encoded.
package struct EncodedPlan: Sendable {
    /// Without its changes.
    package let plan: KeyedPlan
    /// Its changes, in order.
    package var changes: [EncodedChange]

    package init(_ plan: KeyedPlan) {
        changes = plan.changes.map { EncodedChange($0) }
        var plan = plan
        plan.changes = []
        self.plan = plan
    }
}
