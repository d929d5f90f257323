import Base

/// Spaces things evenly: so many in a minute, and after a rest no more at once than `KernelLimits.pacedBurst` of the
/// spacing allows. A pure value; its owner gives it the time.
struct Pacer: Sendable {
    private let spacing: Duration
    /// When the next one is due.
    private(set) var next = Instant(nanoseconds: .min)

    init(perMinute: Int) { spacing = .nanoseconds(60_000_000_000 / Int64(max(perMinute, 1))) }

    /// When the next one may go.
    func earliest(_ now: Instant) -> Instant { max(next, now) }

    /// How many may go now.
    func room(_ now: Instant) -> Int {
        guard next <= now else { return 0 }
        return min(1 + Int((now - max(next, now - window)).nanoseconds / max(spacing.nanoseconds, 1)), burst)
    }

    mutating func take(_ count: Int, _ now: Instant) {
        next = max(next, now - window) + .nanoseconds(spacing.nanoseconds * Int64(count))
    }

    /// Takes back what was taken and not used.
    mutating func giveBack(_ count: Int) { next = next - .nanoseconds(spacing.nanoseconds * Int64(count)) }

    /// A tenth of a second's worth may go together, and one always.
    private var burst: Int { max(1, Int(KernelLimits.pacedBurst.nanoseconds / max(spacing.nanoseconds, 1))) }
    private var window: Duration { .nanoseconds(spacing.nanoseconds * Int64(burst - 1)) }
}
