public import Base
import Synchronization

/// When a key last let somebody in. One for all copies of the key, so that a change of the key forgets nothing. Any
/// thread; a use that is no news costs one load.
public final class LastUse: Sendable {
    private let nanoseconds: Atomic<Int64>

    public init(_ last: Instant?) { nanoseconds = Atomic(last?.nanoseconds ?? Self.never) }

    public var instant: Instant? {
        let last = nanoseconds.load(ordering: .relaxed)
        return last == Self.never ? nil : Instant(nanoseconds: last)
    }

    /// Notes a use, and says whether it is worth writing down: the last one that was is `KernelLimits.keyUseInterval`
    /// ago. Of several callers at one time, one is told so.
    public func note(_ now: Instant) -> Bool {
        let last = nanoseconds.load(ordering: .relaxed)
        // A clock that was set back is news too, or nothing would be noted until it has caught up.
        guard
            last == Self.never || now < Instant(nanoseconds: last)
                || now - Instant(nanoseconds: last) >= KernelLimits.keyUseInterval
        else { return false }
        return nanoseconds.compareExchange(expected: last, desired: now.nanoseconds, ordering: .relaxed).exchanged
    }

    private static let never = Int64.min
}
