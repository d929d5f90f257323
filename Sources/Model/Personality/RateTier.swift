import Base

/// A group of routes that share their rate windows, by the name that the configuration uses.
public struct RateClass: Hashable, Sendable {
    public let name: String

    public init(_ name: String) { self.name = name }
}

/// One limit: so many requests in each window, counted per owner.
///
/// A class may have several; a request takes from all of them or from none. The first one is shown in the answers'
/// fields; on a refusal it is the one that refused, and of several the one to wait for longest.
public struct RateTier: Sendable, Equatable {
    /// Whose requests are counted together. Without a key, the first three are the client's address.
    public enum Owner: String, Sendable, CaseIterable {
        case key
        /// The person that a key belongs to; the keys of nobody in particular are their account's.
        case user
        case account
        /// One IPv4 address, or one IPv6 network of 64 bits, all of whose addresses are one client's (RFC 4291 §2.5.4).
        case address
        /// Everybody together.
        case global
    }

    /// The stretch of time that a limit is for.
    public enum Window: Sendable, Hashable {
        /// Begins at whole multiples of its length since the Unix epoch: clock minutes, hours, days in UTC.
        case aligned(Duration)
        /// A calendar month in UTC.
        case month
        /// Begins with the first request after the one before has ended.
        case fromFirst(Duration)
        /// No window but a bucket of `burst` that gets the limit back in each `refill`, evenly.
        case bucket(refill: Duration, burst: Int)
    }

    public enum Counts: String, Sendable, CaseIterable {
        /// Every request that comes to the rate step.
        case attempts
        /// Those that were carried out. One that is running counts until it is refused.
        case accepted
    }

    public var owner: Owner
    /// Requests per window.
    public var limit: Int
    public var window: Window
    public var counts: Counts

    public init(owner: Owner, limit: Int, window: Window, counts: Counts = .attempts) {
        self.owner = owner
        self.limit = limit
        self.window = window
        self.counts = counts
    }

    /// An aligned window of this length.
    public init(owner: Owner, limit: Int, window: Duration) {
        self.init(owner: owner, limit: limit, window: .aligned(window))
    }

    /// What is used of it outlives a crash. Shorter ones are saved by an orderly end only.
    public var isDurable: Bool {
        switch window {
        case .aligned(let length), .fromFirst(let length), .bucket(let length, _): length >= Self.durableFrom
        case .month: true
        }
    }

    /// An hour: what a crash forgets of less is soon forgotten anyway.
    public static let durableFrom: Duration = .seconds(3600)

    /// Two tiers with one identity count the same: what is used of one holds for the other, whatever their limits.
    public var identity: String {
        let form =
            switch window {
            case .aligned(let length): "aligned \(length.nanoseconds)"
            case .month: "month"
            case .fromFirst(let length): "first \(length.nanoseconds)"
            case .bucket(let refill, _): "bucket \(refill.nanoseconds)"
            }
        return "\(owner.rawValue) \(form) \(counts.rawValue)"
    }
}

/// When rate headers are part of an answer.
public enum RateHeaderPolicy: Sendable, Equatable {
    case always
    case never
}
