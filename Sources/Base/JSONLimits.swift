/// How much JSON one text may hold. Offsets are kept in 32 bits, so no text reaches 4 GiB whatever the caller says.
public struct JSONLimits: Sendable {
    /// Length of the text, in bytes.
    public var bytesMax: Int
    /// Nesting of arrays and objects; a scalar alone has depth 0. The scanner recurses, so this bounds its stack too.
    public var depthMax: Int
    /// Values and member names together. Each costs 16 bytes of memory and as little as two bytes of text.
    public var valuesMax: Int

    public init(bytesMax: Int, depthMax: Int = Self.depthMaxDefault, valuesMax: Int = Self.valuesMaxDefault) {
        self.bytesMax = min(bytesMax, Int(UInt32.max))
        self.depthMax = depthMax
        self.valuesMax = valuesMax
    }

    public static let depthMaxDefault = 64
    public static let valuesMaxDefault = 1_000_000
}
