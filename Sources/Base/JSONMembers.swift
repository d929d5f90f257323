/// The members of an object, in the order of the text.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    let document: JSONDocument
    /// The token of the name that comes next.
    var cursor: Int
    let end: Int

    public mutating func next() -> JSONMember? {
        guard cursor < end else { return nil }
        defer { cursor = Int(document.tokens[cursor + 1].next) }
        return JSONMember(document: document, index: cursor)
    }
}

/// One member of an object.
public struct JSONMember: Sendable {
    let document: JSONDocument
    /// The token of the name; the value's is the one after it.
    let index: Int

    public var name: String { nameValue.string ?? "" }
    public var value: JSONValue { JSONValue(document, index + 1) }

    /// Compares without building a `String`.
    public func isNamed(_ name: StaticString) -> Bool { document.nameToken(index, is: name) }
    public func isNamed(_ name: String) -> Bool { document.nameToken(index, is: name) }

    /// The name as the string it is in the text.
    var nameValue: JSONValue { JSONValue(document, index) }
}

/// The elements of an array, in the order of the text.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
    let document: JSONDocument
    /// The token of the element that comes next.
    var cursor: Int
    let end: Int

    public mutating func next() -> JSONValue? {
        guard cursor < end else { return nil }
        defer { cursor = Int(document.tokens[cursor].next) }
        return JSONValue(document, cursor)
    }

    /// How many elements there are, by walking over them.
    public var count: Int { reduce(0) { count, _ in count + 1 } }
    public var isEmpty: Bool { cursor >= end }
}
