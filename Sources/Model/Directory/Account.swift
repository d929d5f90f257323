public import Base

/// Who owns keys, domains and messages: a vendor's "team", "workspace" or "account".
public struct Account: Sendable, Equatable {
    public typealias ID = Serial<Account>

    public enum State: String, Sendable, CaseIterable {
        case active
        /// Its keys are refused; what was accepted before is still delivered.
        case suspended
        /// Its keys are refused for good, what waits is given up, and all that it has goes piece by piece.
        case removing
    }

    public var id: ID
    public var name: String
    /// The account this one is a sub-account of.
    public var parent: ID?
    public var state: State
    public var createdAt: Instant

    public init(id: ID, name: String, parent: ID?, state: State, createdAt: Instant) {
        self.id = id
        self.name = name
        self.parent = parent
        self.state = state
        self.createdAt = createdAt
    }
}
