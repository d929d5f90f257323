/// How often values fell under each of some bounds. Its owner's own: a note is a comparison for each bound and two
/// additions.
public struct Histogram: Sendable, Equatable {
    /// Ascending; above the last there is one bucket more.
    public let bounds: [Double]
    /// Values in each bucket alone; one more than bounds.
    public private(set) var counts: [UInt64]
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds ascend")
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// A value on a bound belongs under it.
    public mutating func note(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    public var count: UInt64 { counts.reduce(0, +) }
}
