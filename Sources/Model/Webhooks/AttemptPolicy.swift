/// What an answer means, how long to wait for it, and when to try again: one dialect's rules, or one delivery's own. A
/// value that is stored with the work, so that what was promised at accept holds whatever is configured later.
public struct AttemptPolicy: Sendable, Hashable {
    public enum Verdict: Sendable, Equatable {
        case success, again, giveUp
    }

    /// Statuses that end a delivery as given up. 2xx are success; all others, and no answer at all, are tried again.
    public var fatal: [ClosedRange<Int>]
    public var retries: RetryPolicy
    /// For one attempt.
    public var timeout: Duration

    public init(fatal: [ClosedRange<Int>] = [], retries: RetryPolicy, timeout: Duration) {
        self.fatal = fatal
        self.retries = retries
        self.timeout = timeout
    }

    /// `status` nil: nobody answered.
    public func verdict(_ status: Int?) -> Verdict {
        guard let status else { return .again }
        if (200...299).contains(status) { return .success }
        return fatal.contains { $0.contains(status) } ? .giveUp : .again
    }
}
