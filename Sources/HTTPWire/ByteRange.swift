/// A range of offsets in a head: half the size of `Range<Int>`, since a typical head has twenty of them.
/// `HTTPLimits.headBytes` is far below what 32 bits hold.
struct ByteRange: Hashable, Sendable {
    private let start: UInt32
    private let end: UInt32

    init(_ range: Range<Int>) {
        start = UInt32(range.lowerBound)
        end = UInt32(range.upperBound)
    }

    var range: Range<Int> { Int(start)..<Int(end) }

    var count: Int { Int(end &- start) }
}
