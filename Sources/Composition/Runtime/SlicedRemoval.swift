import Base
import Ports

/// Removes rows beside traffic: a slice at a time, and after each a rest that is many times as long as the slice took,
/// so that whoever sends hardly notices.
struct SlicedRemoval: Sendable {
    let store: any Engine
    let time: any TimeSource
    /// Waits.
    let rest: @Sendable (Duration) async -> Void
    let isStopped: @Sendable () -> Bool

    /// True once nothing more is there to remove; false where it was stopped, or the disk takes nothing.
    @discardableResult
    func run(_ first: Clearing) async -> Bool {
        var slice = first
        while !isStopped() {
            let began = time.uptime
            guard case .done(let last)? = await store.commit([.upkeep(.clear(slice))]).first else { return false }
            if last == 0 { return true }
            slice.after = last
            await rest(max((time.uptime - began) * Self.restFactor, Self.restMin))
        }
        return false
    }

    /// Rows that a slice looks at.
    static let rows = 100
    /// A slice's time, so many times over, is left to others.
    private static let restFactor = 25
    private static let restMin: Duration = .milliseconds(5)
}
