public import Base

/// A row of a personality's own: what a vendor has and the kernel has no word for. The kernel keeps its body, JSON, as
/// it is; what it has to know stands beside it: whose it is, a state, keys, a due time.
public struct Record: Sendable, Equatable {
    public typealias ID = Serial<Record>

    public var id: ID
    public var space: RecordSpace
    /// A word of the collection's own; never empty.
    public var state: String
    /// Counts its changes, from 1.
    public var version: Int
    public var createdAt: Instant
    /// When it came into its state.
    public var since: Instant
    /// When its collection wants to hear of it (`RecordCollection.due`); nil: never by itself.
    public var due: Instant?
    /// Of the candidates for a key, the one that the store took (`RecordMint`).
    public var minted: String?
    public var body: [UInt8]

    public init(
        id: ID, space: RecordSpace, state: String, version: Int = 1, createdAt: Instant, since: Instant,
        due: Instant? = nil, minted: String? = nil, body: [UInt8]
    ) {
        self.id = id
        self.space = space
        self.state = state
        self.version = version
        self.createdAt = createdAt
        self.since = since
        self.due = due
        self.minted = minted
        self.body = body
    }
}

/// Where a record is: one collection of one account. Test and live records never meet.
public struct RecordSpace: Sendable, Hashable {
    public var account: Account.ID
    public var origin: PersonalityID
    public var mode: AccessKey.Mode
    public var collection: String

    public init(account: Account.ID, origin: PersonalityID, mode: AccessKey.Mode, collection: String) {
        self.account = account
        self.origin = origin
        self.mode = mode
        self.collection = collection
    }
}
