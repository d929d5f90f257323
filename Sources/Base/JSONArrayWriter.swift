/// Writes the elements of one array, in the order of the calls.
public struct JSONArrayWriter: ~Copyable {
    @usableFromInline var output: JSONOutput
    @usableFromInline var isEmpty = true

    @usableFromInline init(_ output: consuming JSONOutput) { self.output = output }

    /// Writes an element; nil is written as null.
    @inlinable public mutating func element(_ value: some JSONWritable) {
        separate()
        output = value.write(to: JSONSlot(output.take())).taken()
    }

    public mutating func object(_ body: (inout JSONObjectWriter) -> Void) {
        separate()
        output = JSONSlot(output.take()).object(body).taken()
    }

    public mutating func array(_ body: (inout JSONArrayWriter) -> Void) {
        separate()
        output = JSONSlot(output.take()).array(body).taken()
    }

    @usableFromInline mutating func separate() {
        if !isEmpty { output.append(ASCII.comma) }
        isEmpty = false
    }
}
