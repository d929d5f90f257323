public import Model

/// What a request wants done, once its checks are passed: changes that are made in one commit, and what they come to.
///
/// Who wants nothing else runs it (`run`). Whoever has more to make in that commit, such as an answer that is kept,
/// takes `changes` into a unit of its own, and keeps the order: `hold`, the commit, the release, `value`. A plan that
/// is never run has changed nothing.
public struct Plan<Value: Sendable>: Sendable {
    /// What became of the plan's own changes, in order.
    public typealias Outcomes = ArraySlice<ChangeOutcome>
    /// Gives back what was held, or what the changes left of it; nil: the changes were not made.
    public typealias Release = @Sendable (Outcomes?) async -> Void
    public typealias Hold = @Sendable () async throws(KernelFailure) -> Release

    public let changes: [Change]
    /// Takes what nobody else may touch in memory while the changes are on their way; called once, just before they are
    /// handed over, and its release once they are on disk or refused. nil: nothing is held.
    public let hold: Hold?
    private let reading: @Sendable (Outcomes) -> Result<Value, KernelFailure>
    /// nil where there is nothing to make.
    let store: (any Store)?

    /// `value` is called on any thread, inside the store's transaction too, and more than once: quick, and without
    /// looking anything up.
    public init(
        _ changes: [Change], on store: (any Store)?, hold: Hold? = nil,
        value: @escaping @Sendable (Outcomes) -> Result<Value, KernelFailure>
    ) {
        self.changes = changes
        self.store = store
        self.hold = hold
        reading = value
    }

    /// One change; `value` makes something of the serial of the row that it made or changed.
    public init(
        _ change: Change, on store: any Store, hold: Hold? = nil,
        value: @escaping @Sendable (Int64) throws(KernelFailure) -> Value
    ) {
        self.init([change], on: store, hold: hold) { outcomes in
            Result { () throws(KernelFailure) in try value((outcomes.first ?? .refused(ChangeOutcome.foreign)).serial())
            }
        }
    }

    /// What changes nothing, and comes to this.
    public static func nothing(_ result: Result<Value, KernelFailure>) -> Plan { Plan([], on: nil) { _ in result } }

    /// What the changes came to, or the refusal.
    public func value(of outcomes: Outcomes) -> Result<Value, KernelFailure> { reading(outcomes) }

    /// Makes the changes: what they came to is on disk when this returns. Comes back on the caller's executor.
    @discardableResult
    public func run() async throws(KernelFailure) -> Value {
        let release = try await hold?()
        var outcomes: [ChangeOutcome] = []
        if let store, !changes.isEmpty { outcomes = await store.commit(changes) }
        await release?(outcomes[...])
        return try value(of: outcomes[...]).get()
    }

    /// The same changes, and something else made of what they came to.
    public func map<New: Sendable>(
        _ transform: @escaping @Sendable (Value) throws(KernelFailure) -> New
    ) -> Plan<New> {
        Plan<New>(changes, on: store, hold: hold) { [reading] outcomes in
            Result { () throws(KernelFailure) in try transform(try reading(outcomes).get()) }
        }
    }

    /// What follows in memory once the changes are on disk, if they were not refused.
    public func followed(by body: @escaping @Sendable (Value) async -> Void) -> Plan {
        Plan(
            changes, on: store,
            hold: { [hold, reading] () async throws(KernelFailure) -> Release in
                let release = try await hold?()
                return { outcomes in
                    await release?(outcomes)
                    if let outcomes, case .success(let value) = reading(outcomes) { await body(value) }
                }
            }, value: reading)
    }
}
