import Base

/// Writes the parts of a record one after the other: variable-length integers, and texts and blobs behind their length.
public struct RecordWriter {
    public private(set) var bytes: [UInt8] = []

    public init(reserving count: Int) { bytes.reserveCapacity(count) }

    /// LEB128: seven bits a byte, low ones first.
    public mutating func integer(_ value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// UTF-8 behind its length in bytes.
    public mutating func text(_ text: String) {
        integer(text.utf8.count)
        bytes.append(text)
    }

    /// Bytes behind their length.
    public mutating func blob(_ blob: [UInt8]) {
        integer(blob.count)
        bytes.append(contentsOf: blob)
    }

    /// nil and the empty text are two different things.
    public mutating func optionalText(_ text: String?) {
        guard let text else { return integer(0) }
        integer(text.utf8.count + 1)
        bytes.append(text)
    }

    /// Elements behind their number, each by `write`.
    public mutating func list<Element>(_ elements: [Element], _ write: (inout RecordWriter, Element) -> Void) {
        integer(elements.count)
        for element in elements { write(&self, element) }
    }
}
