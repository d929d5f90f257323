/// The place for exactly one JSON value. It can only be used up, and what comes back proves that it was: a conformance
/// to `JSONWritable` that writes no value, or two, does not compile.
public struct JSONSlot: ~Copyable {
    @usableFromInline var output: JSONOutput

    /// A slot at the end of what is already written.
    @usableFromInline init(_ output: consuming JSONOutput) { self.output = output }

    @inlinable public consuming func value(_ value: some JSONWritable) -> JSONFilledSlot { value.write(to: self) }

    public consuming func object(_ body: (inout JSONObjectWriter) -> Void) -> JSONFilledSlot {
        output.append(UInt8(ascii: "{"))
        var object = JSONObjectWriter(output.take())
        body(&object)
        object.output.append(UInt8(ascii: "}"))
        return JSONFilledSlot(object.output.take())
    }

    public consuming func array(_ body: (inout JSONArrayWriter) -> Void) -> JSONFilledSlot {
        output.append(UInt8(ascii: "["))
        var array = JSONArrayWriter(output.take())
        body(&array)
        array.output.append(UInt8(ascii: "]"))
        return JSONFilledSlot(array.output.take())
    }

    public consuming func string(_ value: String) -> JSONFilledSlot {
        output.append(string: value)
        return JSONFilledSlot(output)
    }

    /// Invalid UTF-8 is replaced by U+FFFD.
    public consuming func string(utf8: [UInt8]) -> JSONFilledSlot {
        if (try? UTF8Span(validating: utf8.span)) != nil {
            output.append(string: utf8.span)
        } else {
            output.append(string: String(decoding: utf8, as: UTF8.self))
        }
        return JSONFilledSlot(output)
    }

    public consuming func integer(_ value: Int64) -> JSONFilledSlot {
        if value < 0 { output.append(ASCII.hyphen) }
        output.append(digitsOf: value.magnitude)
        return JSONFilledSlot(output)
    }

    public consuming func unsigned(_ value: UInt64) -> JSONFilledSlot {
        output.append(digitsOf: value)
        return JSONFilledSlot(output)
    }

    /// JSON has no infinity and no NaN (RFC 8259 §6): they become null.
    public consuming func double(_ value: Double) -> JSONFilledSlot {
        var text = value.isFinite ? value.description : "null"
        text.withUTF8 { unsafe output.append($0) }
        return JSONFilledSlot(output)
    }

    public consuming func bool(_ value: Bool) -> JSONFilledSlot {
        output.append(literal: value ? "true" : "false")
        return JSONFilledSlot(output)
    }

    /// A time as RFC 3339 text.
    public consuming func instant(_ value: Instant, _ digits: SubsecondDigits) -> JSONFilledSlot {
        let text = RFC3339Text(value, digits)
        output.append(ASCII.quote)
        output.append(text.bytes.span.extracting(first: text.count))
        output.append(ASCII.quote)
        return JSONFilledSlot(output)
    }

    public consuming func null() -> JSONFilledSlot {
        output.append(literal: "null")
        return JSONFilledSlot(output)
    }

    /// Text that is JSON already, unchanged.
    public consuming func text(_ text: JSONText) -> JSONFilledSlot {
        output.append(text.bytes.span)
        return JSONFilledSlot(output)
    }

    /// A value as it was read, unchanged.
    public consuming func copy(_ value: JSONValue) -> JSONFilledSlot {
        output.append(value.raw)
        return JSONFilledSlot(output)
    }
}

/// Proof that a slot holds its value.
public struct JSONFilledSlot: ~Copyable {
    @usableFromInline var output: JSONOutput

    @usableFromInline init(_ output: consuming JSONOutput) { self.output = output }

    /// The text up to here, to go on with.
    @inline(__always) @usableFromInline consuming func taken() -> JSONOutput { output }
}
