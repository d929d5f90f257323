public import Model

/// Durable state: what every engine (SQLite today) provides. One conformance suite, `StoreConformance`, tests them all.
///
/// **Durability.** `commit` returns only when every change that it reports as made is on disk: after that no crash at
/// any instant loses it. A change that is refused has changed nothing.
///
/// **Order.** Changes are made in the order they were handed over, one after the other, whatever thread they came from;
/// a later change sees an earlier one. Serials of one kind grow in that order.
///
/// **Atomicity.** Each change is all or nothing, and each has its own outcome: a refused one does not touch its
/// neighbours in the list.
///
/// **Queueing.** A delivery that is due at once and simulated as delivered needs no attempt; an engine may record its
/// end with its acceptance instead of queueing it.
///
/// **Threads.** Any. An asynchronous call comes back on the caller's executor. Reads see everything committed before
/// they were called.
///
/// **Errors.** `storageUnavailable` (disk full, a failed sync, corruption) and `overloaded` (the writer's queue is
/// full) are temporary: the same change may be handed over again. All other refusals are answers.
public protocol Store: MessageStore, DeliveryStore, DirectoryStore, SuppressionStore, LimitsStore, AnswerStore,
    WebhookStore, RelayStore, TemplateStore, RecordStore, UpkeepStore, StoreFeed
{
    /// Makes the changes, and says for each what came of it, in order.
    func commit(_ changes: [Change]) async -> [ChangeOutcome]
}

extension Store {
    /// Makes one change; the serial of the row that it made or changed. Throws its refusal.
    @discardableResult
    public func make(_ change: Change) async throws(KernelFailure) -> Int64 { try await outcome(of: change).serial() }

    /// Makes one change of several rows; for each whether it applied. Throws its refusal.
    public func makeEach(_ change: Change) async throws(KernelFailure) -> [Bool] {
        try await outcome(of: change).applied()
    }

    /// What became of one change.
    public func outcome(of change: Change) async -> ChangeOutcome {
        await commit([change]).first ?? .refused(ChangeOutcome.foreign)
    }
}
