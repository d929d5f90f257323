/// A group of routes that share their rate windows, by the name that the configuration uses.
public struct RateClass: Hashable, Sendable {
    public let name: String

    public init(_ name: String) { self.name = name }
}

/// One limit: so many requests in each window, counted per owner.
public struct RateTier: Sendable, Equatable {
    public enum Owner: String, Sendable, CaseIterable {
        case key, account, address
    }

    public var owner: Owner
    /// Requests per window.
    public var limit: Int
    /// The window's length. Windows are aligned: they begin at whole multiples of it since the Unix epoch.
    public var window: Duration

    public init(owner: Owner, limit: Int, window: Duration) {
        self.owner = owner
        self.limit = limit
        self.window = window
    }
}

/// When rate headers are part of an answer.
public enum RateHeaderPolicy: Sendable, Equatable {
    case always
    case never
}
