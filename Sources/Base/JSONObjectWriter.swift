/// Writes the members of one object, in the order of the calls.
public struct JSONObjectWriter: ~Copyable {
    @usableFromInline var output: JSONOutput
    @usableFromInline var isEmpty = true

    @usableFromInline init(_ output: consuming JSONOutput) { self.output = output }

    /// Writes a member; nil is written as null.
    @inlinable public mutating func member(_ name: StaticString, _ value: some JSONWritable) {
        begin(name)
        output = value.write(to: JSONSlot(output.take())).taken()
    }

    /// Writes a member unless there is no value for it.
    @inlinable public mutating func memberIfPresent(_ name: StaticString, _ value: (some JSONWritable)?) {
        if let value { member(name, value) }
    }

    @inlinable public mutating func null(_ name: StaticString) {
        begin(name)
        writeNull()
    }

    public mutating func object(_ name: StaticString, _ body: (inout JSONObjectWriter) -> Void) {
        begin(name)
        output = JSONSlot(output.take()).object(body).taken()
    }

    public mutating func array(_ name: StaticString, _ body: (inout JSONArrayWriter) -> Void) {
        begin(name)
        output = JSONSlot(output.take()).array(body).taken()
    }

    /// Writes members whose text never changes, as it stands: `"a":null,"b":false`. One copy instead of a call for
    /// each.
    public mutating func constants(_ members: StaticString) {
        separate()
        members.withUTF8Buffer { utf8 in
            assert(Self.areMembers(unsafe Array(utf8)), "not the members of an object")
            unsafe output.append(utf8)
        }
    }

    private static func areMembers(_ members: [UInt8]) -> Bool {
        let object = Array("{".utf8) + members + Array("}".utf8)
        return (try? JSONDocument(object, limits: JSONLimits(bytesMax: object.count))) != nil
    }

    // MARK: Names not known when this was compiled

    @inlinable public mutating func member(named name: String, _ value: some JSONWritable) {
        begin(name)
        output = value.write(to: JSONSlot(output.take())).taken()
    }

    public mutating func object(named name: String, _ body: (inout JSONObjectWriter) -> Void) {
        begin(name)
        output = JSONSlot(output.take()).object(body).taken()
    }

    public mutating func array(named name: String, _ body: (inout JSONArrayWriter) -> Void) {
        begin(name)
        output = JSONSlot(output.take()).array(body).taken()
    }

    /// Writes a member as it was read, name and value unchanged.
    public mutating func copy(_ member: JSONMember) {
        separate()
        output.append(member.nameValue.raw)
        output.append(ASCII.colon)
        output.append(member.value.raw)
    }

    // MARK: Pieces

    @usableFromInline mutating func begin(_ name: StaticString) {
        output.append(name: name, isFirst: isEmpty)
        isEmpty = false
    }

    @usableFromInline mutating func begin(_ name: String) {
        separate()
        output.append(string: name)
        output.append(ASCII.colon)
    }

    @usableFromInline mutating func writeNull() { output.append(literal: "null") }

    private mutating func separate() {
        if !isEmpty { output.append(ASCII.comma) }
        isEmpty = false
    }
}
