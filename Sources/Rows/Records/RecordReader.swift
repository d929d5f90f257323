/// A record that does not read back: damage on disk, or a version of this program that wrote another form.
public struct RecordError: Error {}

/// Reads what `RecordWriter` wrote. Every length is checked against what is left.
public struct RecordReader {
    private let bytes: [UInt8]
    private var position = 0

    /// Reads from the first byte on.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// As LEB128. All of these throw where the bytes end too soon, and leave the reader of no further use.
    public mutating func integer() throws(RecordError) -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(Int64(bitPattern: value)) }
            shift += 7
        }
        throw RecordError()
    }

    private mutating func take(_ count: Int) throws(RecordError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw RecordError() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// What is no UTF-8 is mended, not refused.
    public mutating func text() throws(RecordError) -> String {
        String(decoding: try take(integer()), as: UTF8.self)
    }

    /// Bytes behind their length.
    public mutating func blob() throws(RecordError) -> [UInt8] { Array(try take(integer())) }

    /// nil and the empty text are two different things.
    public mutating func optionalText() throws(RecordError) -> String? {
        let mark = try integer()
        guard mark >= 0 else { throw RecordError() }
        return mark == 0 ? nil : String(decoding: try take(mark - 1), as: UTF8.self)
    }

    /// Elements behind their number, each by `read`.
    public mutating func list<Element>(
        _ read: (inout RecordReader) throws(RecordError) -> Element
    ) throws(RecordError) -> [Element] {
        let count = try integer()
        // An element takes a byte at least. Nothing is reserved, as a damaged count would ask for memory in vain.
        guard count >= 0, count <= bytes.count - position else { throw RecordError() }
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }
}
