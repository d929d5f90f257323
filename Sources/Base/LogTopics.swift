/// Events that come as often as the work itself. Each topic is written where the operator has switched it on, and
/// otherwise only at level debug: then an event costs one comparison.
public struct LogTopics: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A line for each request that was answered and for each message that was accepted.
    public static let requests = LogTopics(rawValue: 1)
    /// A line for each attempt at a delivery.
    public static let deliveries = LogTopics(rawValue: 2)
}
