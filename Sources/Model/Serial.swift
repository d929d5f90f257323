/// The kernel's own identity of a row: a number given out in commit order, growing, and never a second time. Messages,
/// events and webhook deliveries have a `CellNumber` each, the others one sequence per kind.
///
/// `Subject` keeps a message's number from being used as a domain's. Dialects never show it as it is unless their
/// contract asks for an integer; their public forms are derived from it by a keyed permutation (`AdapterKit.IDCodec`).
public struct Serial<Subject>: Hashable, Comparable, Sendable {
    public let value: Int64

    public init(_ value: Int64) { self.value = value }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}
