public import Base

/// Changes of records that are made together or not at all, with what is told of them. All checks come before the first
/// of them is made: a refused unit has changed nothing.
public struct RecordUnit: Sendable, Equatable {
    /// Of different records.
    public var steps: [RecordStep]
    public var announcements: [RecordAnnouncement]
    public var at: Instant

    public init(_ steps: [RecordStep], announcing announcements: [RecordAnnouncement] = [], at: Instant) {
        self.steps = steps
        self.announcements = announcements
        self.at = at
    }
}

public enum RecordStep: Sendable, Equatable {
    /// `alreadyExists` with the index's name where another record has one of its keys.
    case insert(NewRecord)
    /// `notFound` without the record, `wrongState` where it is not as expected.
    case edit(RecordEdit)
    /// Its body is wiped, its keys are free unless they are unique for ever.
    case remove(Record.ID, RecordExpectation, collection: String)
}

public struct NewRecord: Sendable, Equatable {
    public var space: RecordSpace
    public var state: String
    public var body: [UInt8]
    public var keys: [RecordKey]
    public var mint: RecordMint?
    public var marks: [RecordMark]
    public var due: Instant?

    public init(
        in space: RecordSpace, state: String, body: [UInt8], keys: [RecordKey] = [], mint: RecordMint? = nil,
        marks: [RecordMark] = [], due: Instant? = nil
    ) {
        self.space = space
        self.state = state
        self.body = body
        self.keys = keys
        self.mint = mint
        self.marks = marks
        self.due = due
    }
}

/// What a record becomes.
public struct RecordEdit: Sendable, Equatable {
    public var id: Record.ID
    public var collection: String
    public var expecting: RecordExpectation
    public var state: String
    public var body: [UInt8]
    /// New ones; those that it has, it keeps.
    public var keys: [RecordKey]
    /// Those that go and those that come.
    public var unmarked: [RecordMark]
    public var marked: [RecordMark]
    public var due: Instant?

    public init(
        _ id: Record.ID, collection: String, expecting: RecordExpectation, state: String, body: [UInt8],
        keys: [RecordKey] = [], unmarked: [RecordMark] = [], marked: [RecordMark] = [], due: Instant? = nil
    ) {
        self.id = id
        self.collection = collection
        self.expecting = expecting
        self.state = state
        self.body = body
        self.keys = keys
        self.unmarked = unmarked
        self.marked = marked
        self.due = due
    }
}

/// How a record must be for a step to be made.
public enum RecordExpectation: Sendable, Equatable {
    case version(Int)
    case states(Set<String>)
}

/// A webhook about a change, queued with it.
public struct RecordAnnouncement: Sendable, Equatable {
    public enum Target: Sendable, Equatable {
        /// The account's endpoints that want to hear of it.
        case subscribers
        /// This URL, and no endpoint besides.
        case url(UserData)
    }

    public var account: Account.ID
    public var origin: PersonalityID
    public var name: String
    /// JSON.
    public var data: [UInt8]
    public var target: Target

    public init(
        account: Account.ID, origin: PersonalityID, name: String, data: [UInt8], target: Target = .subscribers
    ) {
        self.account = account
        self.origin = origin
        self.name = name
        self.data = data
        self.target = target
    }
}

/// What a step came to.
public struct RecordReceipt: Sendable, Equatable {
    public var id: Record.ID
    public var minted: String?

    public init(id: Record.ID, minted: String? = nil) {
        self.id = id
        self.minted = minted
    }
}
