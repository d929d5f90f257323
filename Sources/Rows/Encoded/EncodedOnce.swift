package import Ports

/// Changes that are made at most once, each encoded.
package struct EncodedOnce: Sendable {
    /// Without its changes.
    package let unit: OnceUnit
    /// Its changes, in order.
    package var changes: [EncodedChange]

    package init(_ unit: OnceUnit) {
        changes = unit.changes.map { EncodedChange($0) }
        var unit = unit
        unit.changes = []
        self.unit = unit
    }
}
