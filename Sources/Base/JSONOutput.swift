/// The JSON text in the making: bytes at the end of which the writers append.
///
/// An answer is some hundred short pieces, and an array asks at each of them whether it is shared and whether it has
/// room. This asks for room alone, once a piece. One owner at a time, who passes it on.
@safe @usableFromInline struct JSONOutput: ~Copyable {
    /// Of `capacity` bytes, the first `count` of which are initialised; nil while `capacity` is zero.
    @usableFromInline var memory: UnsafeMutablePointer<UInt8>?
    private var capacity = 0
    private var count = 0

    @usableFromInline init() { unsafe memory = nil }

    init(reservedBytes: Int) {
        unsafe memory = nil
        reserve(reservedBytes)
    }

    @inlinable deinit { unsafe memory?.deallocate() }

    /// A copy of what was written.
    @usableFromInline var bytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: memory, count: count)) }

    /// Gives the text away and keeps an empty one.
    @inline(__always) @usableFromInline mutating func take() -> JSONOutput {
        var taken = JSONOutput()
        swap(&taken, &self)
        return taken
    }

    // MARK: Room

    /// Where the next `room` bytes may be written.
    @inline(__always) private mutating func end(room: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity &- count < room { grow(room) }
        // Not nil: there is room for a byte at least, or nothing is written there.
        return unsafe memory.unsafelyUnwrapped + count
    }

    @inline(never) private mutating func grow(_ room: Int) {
        reserve(max(count + room, 2 * capacity, Self.leastBytes))
    }

    private mutating func reserve(_ bytes: Int) {
        guard bytes > 0 else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes)
        if let memory = unsafe memory {
            unsafe larger.moveInitialize(from: memory, count: count)
            unsafe memory.deallocate()
        }
        unsafe memory = larger
        capacity = bytes
    }

    private static let leastBytes = 64

    // MARK: Bytes

    @inline(__always) mutating func append(_ byte: UInt8) {
        unsafe end(room: 1).initialize(to: byte)
        count &+= 1
    }

    @inline(__always) mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        unsafe end(room: bytes.count).initialize(from: source, count: bytes.count)
        count &+= bytes.count
    }

    mutating func append(_ bytes: Span<UInt8>) { unsafe bytes.withUnsafeBufferPointer { unsafe append($0) } }

    mutating func append(_ bytes: ArraySlice<UInt8>) { unsafe bytes.withUnsafeBufferPointer { unsafe append($0) } }

    @inline(__always) mutating func append(literal text: StaticString) { text.withUTF8Buffer { unsafe append($0) } }

    // MARK: JSON

    /// `,"name":`, or without its comma for an object's first member. The name is from our own source, which holds
    /// nothing to escape.
    @usableFromInline mutating func append(name: StaticString, isFirst: Bool) {
        name.withUTF8Buffer { utf8 in
            assert(unsafe JSONPlainRun.endInOutput(Span(_unsafeElements: utf8), from: 0) == utf8.count)
            var end = unsafe end(room: utf8.count + 4)
            if !isFirst { unsafe Self.put(ASCII.comma, &end) }
            unsafe Self.put(ASCII.quote, &end)
            if let source = utf8.baseAddress { unsafe end.initialize(from: source, count: utf8.count) }
            unsafe end += utf8.count
            unsafe Self.put(ASCII.quote, &end)
            unsafe Self.put(ASCII.colon, &end)
            count += utf8.count + (isFirst ? 3 : 4)
        }
    }

    @inline(__always) private static func put(_ byte: UInt8, _ end: inout UnsafeMutablePointer<UInt8>) {
        unsafe end.initialize(to: byte)
        unsafe end += 1
    }

    mutating func append(string text: String) {
        var text = text
        text.withUTF8 { unsafe append(string: Span(_unsafeElements: $0)) }
    }

    /// `utf8` is valid UTF-8.
    mutating func append(string utf8: Span<UInt8>) {
        append(ASCII.quote)
        var position = 0
        while true {
            let end = JSONPlainRun.endInOutput(utf8, from: position)
            append(utf8.extracting(position..<end))
            guard end < utf8.count else { break }
            append(escapeOf: utf8[end])
            position = end + 1
        }
        append(ASCII.quote)
    }

    /// RFC 8259 §7: the short form where there is one, else `\u00XX`.
    private mutating func append(escapeOf byte: UInt8) {
        append(ASCII.backslash)
        if let letter = JSONEscape.letter(for: byte) { return append(letter) }
        append(literal: byte < 0x10 ? "u000" : "u001")
        append(byte & 15 < 10 ? ASCII.zero + byte & 15 : UInt8(ascii: "a") - 10 + byte & 15)
    }

    mutating func append(digitsOf value: UInt64) {
        var digits = 1
        var rest = value / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        let end = unsafe end(room: digits)
        rest = value
        for index in stride(from: digits - 1, through: 0, by: -1) {
            unsafe (end + index).initialize(to: ASCII.zero + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        count += digits
    }
}
