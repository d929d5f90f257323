/// Writes the elements of one array, in the order of the calls.
public struct JSONArrayWriter: ~Copyable {
    @usableFromInline var bytes: [UInt8]
    @usableFromInline var isEmpty = true

    @usableFromInline init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

    /// Writes an element; nil is written as null.
    @inlinable public mutating func element(_ value: some JSONWritable) {
        separate()
        bytes = value.write(to: JSONSlot(bytes.take())).bytes
    }

    public mutating func object(_ body: (inout JSONObjectWriter) -> Void) {
        separate()
        bytes = JSONSlot(bytes.take()).object(body).bytes
    }

    public mutating func array(_ body: (inout JSONArrayWriter) -> Void) {
        separate()
        bytes = JSONSlot(bytes.take()).array(body).bytes
    }

    @usableFromInline mutating func separate() {
        if !isEmpty { bytes.append(ASCII.comma) }
        isEmpty = false
    }
}
