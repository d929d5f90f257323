/// Bytes that are one JSON value: what a store or a vendor field keeps to hand back unchanged.
public struct JSONText: Hashable, Sendable {
    public let bytes: [UInt8]

    /// The value as it was read.
    public init(_ value: JSONValue) { bytes = Array(value.raw) }

    /// Parses `bytes` and keeps them.
    public init(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        self.bytes = try JSONDocument(bytes, limits: limits).bytes
    }

    /// Takes `bytes` without a look. Only for what this program itself has written or has parsed before, as what the
    /// store hands back.
    public init(trusted bytes: [UInt8]) { self.bytes = bytes }
}
