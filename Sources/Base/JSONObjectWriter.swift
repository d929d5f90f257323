/// Writes the members of one object, in the order of the calls.
public struct JSONObjectWriter: ~Copyable {
    @usableFromInline var bytes: [UInt8]
    @usableFromInline var isEmpty = true

    @usableFromInline init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

    /// Writes a member; nil is written as null.
    @inlinable public mutating func member(_ name: StaticString, _ value: some JSONWritable) {
        begin(name)
        bytes = value.write(to: JSONSlot(bytes.take())).bytes
    }

    /// Writes a member unless there is no value for it.
    @inlinable public mutating func memberIfPresent(_ name: StaticString, _ value: (some JSONWritable)?) {
        if let value { member(name, value) }
    }

    @inlinable public mutating func null(_ name: StaticString) {
        begin(name)
        bytes.append(literal: "null")
    }

    public mutating func object(_ name: StaticString, _ body: (inout JSONObjectWriter) -> Void) {
        begin(name)
        bytes = JSONSlot(bytes.take()).object(body).bytes
    }

    public mutating func array(_ name: StaticString, _ body: (inout JSONArrayWriter) -> Void) {
        begin(name)
        bytes = JSONSlot(bytes.take()).array(body).bytes
    }

    /// Writes members whose text never changes, as it stands: `"a":null,"b":false`. One copy instead of a call for
    /// each.
    public mutating func constants(_ members: StaticString) {
        separate()
        members.withUTF8Buffer { utf8 in
            assert(Self.areMembers(unsafe Array(utf8)), "not the members of an object")
            unsafe bytes.append(contentsOf: utf8)
        }
    }

    private static func areMembers(_ members: [UInt8]) -> Bool {
        let object = Array("{".utf8) + members + Array("}".utf8)
        return (try? JSONDocument(object, limits: JSONLimits(bytesMax: object.count))) != nil
    }

    // MARK: Names not known when this was compiled

    @inlinable public mutating func member(named name: String, _ value: some JSONWritable) {
        begin(name)
        bytes = value.write(to: JSONSlot(bytes.take())).bytes
    }

    public mutating func object(named name: String, _ body: (inout JSONObjectWriter) -> Void) {
        begin(name)
        bytes = JSONSlot(bytes.take()).object(body).bytes
    }

    public mutating func array(named name: String, _ body: (inout JSONArrayWriter) -> Void) {
        begin(name)
        bytes = JSONSlot(bytes.take()).array(body).bytes
    }

    /// Writes a member as it was read, name and value unchanged.
    public mutating func copy(_ member: JSONMember) {
        separate()
        bytes.append(contentsOf: member.nameValue.raw)
        bytes.append(ASCII.colon)
        bytes.append(contentsOf: member.value.raw)
    }

    // MARK: Pieces

    @usableFromInline mutating func begin(_ name: StaticString) {
        separate()
        bytes.appendJSONName(name)
        bytes.append(ASCII.colon)
    }

    @usableFromInline mutating func begin(_ name: String) {
        separate()
        bytes.appendJSONString(name)
        bytes.append(ASCII.colon)
    }

    private mutating func separate() {
        if !isEmpty { bytes.append(ASCII.comma) }
        isEmpty = false
    }
}
