public import Base
public import Model

/// One piece of work that waits for its time: as small as the queue in memory needs it.
public struct Work<Lane: Hashable & Comparable & Sendable>: Sendable, Equatable {
    /// Of its row in the store.
    public var id: Int64
    /// Work of one lane shares a destination, and its fate.
    public var lane: Lane
    public var due: Instant
    /// Made so far.
    public var attempts: Int

    public init(id: Int64, lane: Lane, due: Instant, attempts: Int = 0) {
        self.id = id
        self.lane = lane
        self.due = due
        self.attempts = attempts
    }
}

/// What came of one attempt at a piece of work.
public struct WorkResult<Outcome: Sendable>: Sendable {
    /// What is to be recorded.
    public var outcome: Outcome
    /// The destination took it: its lane may widen.
    public var isSuccess: Bool
    /// When it is due again, once that is on disk; nil: it is finished.
    public var again: Instant?

    public init(outcome: Outcome, isSuccess: Bool, again: Instant?) {
        self.outcome = outcome
        self.isSuccess = isSuccess
        self.again = again
    }
}

/// How much of one kind of work goes at once.
public struct WorkLimits: Sendable {
    /// Attempts under way, over all lanes.
    public var running: Int
    /// Attempts under way in one lane that goes well, and in one of which nothing is known.
    public var laneWidth: Int
    public var laneWidthAtStart: Int
    /// Outcomes that may wait for the disk before nothing more is begun.
    public var unrecorded: Int

    public init(running: Int, laneWidth: Int, laneWidthAtStart: Int, unrecorded: Int) {
        self.running = running
        self.laneWidth = laneWidth
        self.laneWidthAtStart = laneWidthAtStart
        self.unrecorded = unrecorded
    }
}

/// A kind of work: what is to be done with a row when it is due. The engine (`WorkEngine`) does the rest: lanes, turns,
/// leases, alarms, recording, draining.
///
/// **Contract.** An attempt may be made twice, where the process died before its outcome was on disk; never twice at
/// one time. Between them the row may have been changed or finished by somebody else: `attempt` looks it up and does
/// nothing where nothing is due any more, and `record` applies an outcome only to a row that is still unfinished.
///
/// **Threads.** All calls come on the engine's loop, and come back there.
public protocol WorkKind: Sendable {
    associatedtype Lane: Hashable & Comparable & Sendable
    associatedtype Outcome: Sendable

    /// For the log.
    var name: StaticString { get }
    var limits: WorkLimits { get }

    /// nil where there is nothing to attempt any more. What it throws puts the work off for a moment.
    func attempt(_ work: Work<Lane>) async throws(KernelFailure) -> WorkResult<Outcome>?

    /// Makes outcomes durable, in one transaction; for each whether it applied. nil where the store could not take
    /// them: they are offered again.
    func record(_ outcomes: [Outcome]) async -> [Bool]?

    /// Called with the outcomes that applied, once they are on disk. The lanes that are held from then on (true) or let
    /// go (false).
    func recorded(_ outcomes: [Outcome]) async -> [Lane: Bool]
}

extension WorkKind {
    public func recorded(_ outcomes: [Outcome]) async -> [Lane: Bool] { [:] }
}
