/// A JSON string whose characters are already there as UTF-8 bytes: large contents need no `String`.
public struct JSONString: JSONWritable, Sendable {
    private let utf8: [UInt8]

    /// Bytes that are no valid UTF-8 are replaced by U+FFFD when they are written, so the output stays JSON.
    public init(utf8: [UInt8]) { self.utf8 = utf8 }

    public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.string(utf8: utf8) }
}
