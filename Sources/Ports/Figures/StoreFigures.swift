public import Base
public import Model

/// What an engine has written since it was opened, and how much it keeps.
public struct StoreFigures: Sendable, Equatable {
    /// Messages accepted, by the personality that they came in by; repetitions of a request are not counted again.
    public var accepted: [PersonalityID: UInt64] = [:]
    /// Deliveries that were simulated as delivered with their acceptance, and never queued.
    public var deliveredAtOnce: UInt64 = 0
    /// Units of work in a commit.
    public var commitUnits = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
    /// Seconds that a commit took, from its beginning to the end of its sync.
    public var commitSeconds = Histogram(
        bounds: [0.000_25, 0.000_5, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 4])
    /// Commits that failed, with nothing written.
    public var failedCommits: UInt64 = 0
    /// Units of work that wait for their commit now.
    public var waitingUnits = 0
    /// Idempotency keys that are known, of messages.
    public var idempotencyKeys = 0
    /// False once nothing more is accepted until the program is started again.
    public var isWritable = true
    /// Bytes of the database's file, and of its write-ahead log's.
    public var databaseBytes = 0
    public var logBytes = 0

    public init() {}
}
