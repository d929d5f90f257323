/// What the configuration may ask for at most, each with its unit.
package enum ConfigurationLimits {
    /// Bytes of a configuration file.
    package static let fileBytes = 1024 * 1024
    /// Arrays and objects within each other.
    static let depth = 32
    static let shards = 0...64
    static let dnsServers = 8
    static let accountNumbers = 1...Int(Int64.max)
    /// Requests per rate window.
    static let requestsPerWindow = 1...1_000_000_000
    /// Messages or recipients per day or month; with none, nothing is sent.
    /// Of all mail of a personality.
    static let deliveriesPerSecond = 1...1_000_000
    static let quota = 0...1_000_000_000_000
    static let rateWindowMin: Duration = .seconds(1)
    static let rateWindowMax: Duration = .seconds(366 * 24 * 3600)
    /// Waits between the attempts of one delivery.
    static let retries = 1000
    static let retryWait: ClosedRange<Duration> = .milliseconds(1) ... .seconds(30 * 24 * 3600)
    /// Webhooks, keys.
    static let perAccount = 1...1_000_000
    static let webhookTimeout: ClosedRange<Duration> = .milliseconds(100) ... .seconds(60)
    static let lifetime: ClosedRange<Duration> = .seconds(1) ... .seconds(30 * 24 * 3600)
    static let messagesPerMinute = 1...1_000_000
    static let connectionsPerDestination = 1...100
    static let connections = 1...100_000
    /// What has not ended stays whatever its age.
    static let retention: ClosedRange<Duration> = .seconds(1) ... .seconds(100 * 366 * 24 * 3600)
    static let drain: ClosedRange<Duration> = .zero ... .seconds(3600)
}
