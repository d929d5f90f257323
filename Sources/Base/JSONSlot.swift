/// The place for exactly one JSON value. It can only be used up, and what comes back proves that it was: a conformance
/// to `JSONWritable` that writes no value, or two, does not compile.
public struct JSONSlot: ~Copyable {
    @usableFromInline var bytes: [UInt8]

    /// A slot at the end of what is already written.
    @usableFromInline init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

    @inlinable public consuming func value(_ value: some JSONWritable) -> JSONFilledSlot { value.write(to: self) }

    public consuming func object(_ body: (inout JSONObjectWriter) -> Void) -> JSONFilledSlot {
        bytes.append(UInt8(ascii: "{"))
        var object = JSONObjectWriter(bytes.take())
        body(&object)
        object.bytes.append(UInt8(ascii: "}"))
        return JSONFilledSlot(object.bytes.take())
    }

    public consuming func array(_ body: (inout JSONArrayWriter) -> Void) -> JSONFilledSlot {
        bytes.append(UInt8(ascii: "["))
        var array = JSONArrayWriter(bytes.take())
        body(&array)
        array.bytes.append(UInt8(ascii: "]"))
        return JSONFilledSlot(array.bytes.take())
    }

    public consuming func string(_ value: String) -> JSONFilledSlot {
        bytes.appendJSONString(value)
        return JSONFilledSlot(bytes)
    }

    /// Invalid UTF-8 is replaced by U+FFFD.
    public consuming func string(utf8: [UInt8]) -> JSONFilledSlot {
        if (try? UTF8Span(validating: utf8.span)) != nil {
            bytes.appendJSONString(utf8.span)
        } else {
            bytes.appendJSONString(String(decoding: utf8, as: UTF8.self))
        }
        return JSONFilledSlot(bytes)
    }

    public consuming func integer(_ value: Int64) -> JSONFilledSlot {
        if value < 0 { bytes.append(ASCII.hyphen) }
        bytes.appendDigits(value.magnitude)
        return JSONFilledSlot(bytes)
    }

    public consuming func unsigned(_ value: UInt64) -> JSONFilledSlot {
        bytes.appendDigits(value)
        return JSONFilledSlot(bytes)
    }

    /// JSON has no infinity and no NaN (RFC 8259 §6): they become null.
    public consuming func double(_ value: Double) -> JSONFilledSlot {
        bytes.append(value.isFinite ? value.description : "null")
        return JSONFilledSlot(bytes)
    }

    public consuming func bool(_ value: Bool) -> JSONFilledSlot {
        bytes.append(literal: value ? "true" : "false")
        return JSONFilledSlot(bytes)
    }

    public consuming func null() -> JSONFilledSlot {
        bytes.append(literal: "null")
        return JSONFilledSlot(bytes)
    }

    /// Text that is JSON already, unchanged.
    public consuming func text(_ text: JSONText) -> JSONFilledSlot {
        bytes.append(contentsOf: text.bytes)
        return JSONFilledSlot(bytes)
    }

    /// A value as it was read, unchanged.
    public consuming func copy(_ value: JSONValue) -> JSONFilledSlot {
        bytes.append(contentsOf: value.raw)
        return JSONFilledSlot(bytes)
    }
}

/// Proof that a slot holds its value.
public struct JSONFilledSlot: ~Copyable {
    @usableFromInline var bytes: [UInt8]

    @usableFromInline init(_ bytes: consuming [UInt8]) { self.bytes = bytes }
}

extension [UInt8] {
    /// Gives the buffer away and keeps an empty one. A second reference, even a short one, would make the next append
    /// copy everything written so far.
    @usableFromInline mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &self)
        return taken
    }
}
