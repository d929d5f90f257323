/// A random source of any kind, for calls that take a concrete one.
public struct AnyRandom: RandomSource {
    private let source: any RandomSource

    public init(_ source: any RandomSource) { self.source = source }

    public func bytes(_ count: Int) -> [UInt8] { source.bytes(count) }
}
