/// How far a tenant's messages are, each counted once.
public struct MailCounts: Sendable, Equatable {
    /// Due, and not tried yet.
    public var waiting: Int
    /// Being tried at this moment.
    public var active: Int
    /// All that nothing is left to be done about, but for the failed ones.
    public var completed: Int
    /// Given up, or refused for good, for one recipient at least.
    public var failed: Int
    /// For a later time: scheduled, or to be tried again.
    public var delayed: Int

    public init(waiting: Int, active: Int, completed: Int, failed: Int, delayed: Int) {
        self.waiting = waiting
        self.active = active
        self.completed = completed
        self.failed = failed
        self.delayed = delayed
    }
}
