public import Base

/// A key that no two records have at once, and that one is found by.
public struct RecordIndex: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        /// For ever, whatever becomes of the record.
        case unique
        /// While the record is in one of these states, and for `rest` after it has left them.
        case uniqueWhile(states: Set<String>, rest: Duration)
    }

    public enum Scope: Sendable, Hashable {
        /// Within a record's space.
        case space
        /// Over all accounts and both modes of the personality's collection.
        case collection
    }

    public var name: String
    public var rule: Rule
    public var scope: Scope

    public init(_ name: String, _ rule: Rule = .unique, scope: Scope = .space) {
        self.name = name
        self.rule = rule
        self.scope = scope
    }

    /// Whether a record in `state` since `since` keeps others from its key.
    public func holds(state: String, since: Instant, at now: Instant) -> Bool {
        switch rule {
        case .unique: true
        case .uniqueWhile(let states, let rest): states.contains(state) || since + rest > now
        }
    }

    /// What the key is in this space, as bytes of which no two keys have the same.
    public func name(of value: String, in space: RecordSpace) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.nameBytes + value.utf8.count)
        func append(_ part: String) {
            bytes.append(contentsOf: part.utf8)
            bytes.append(0)
        }
        append(space.origin.name)
        append(space.collection)
        append(name)
        if scope == .space {
            append(String(space.account.value))
            append(space.mode.rawValue)
        }
        // The value is last, and nothing before it has a NUL in it.
        bytes.append(contentsOf: value.utf8)
        return bytes
    }

    /// What stands before the value in nearly all keys has room in so many bytes.
    private static let nameBytes = 64
}

/// A value of an index.
public struct RecordKey: Sendable, Hashable {
    public var index: RecordIndex
    public var value: String

    public init(_ index: RecordIndex, _ value: String) {
        self.index = index
        self.value = value
    }
}

/// A key that the store chooses: the first candidate that is free.
public struct RecordMint: Sendable, Equatable {
    public var index: RecordIndex
    public var candidates: [String]

    public init(_ index: RecordIndex, candidates: [String]) {
        self.index = index
        self.candidates = candidates
    }
}

/// What lists can be narrowed to, by a value that many records may share.
public struct RecordMark: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
