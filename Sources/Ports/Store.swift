package import Base
package import Crypto
package import Model

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
package protocol Store: WebhookStore, RelayStore {
    /// Makes the changes, and says for each what came of it, in order.
    func commit(_ changes: [Change]) async -> [ChangeOutcome]

    /// One message with its recipients' states and its events; nil if there is none. `content` false leaves bodies and
    /// attachments out.
    func message(_ id: Message.ID, content: Bool) async throws(KernelFailure) -> Message?

    /// The latest messages first, by page, with the number of all that match.
    func messages(_ query: MessageQuery) async throws(KernelFailure) -> MessagePage

    /// What happened after `event` (0: from the start), oldest first, at most `limit`.
    func events(after event: MailEvent.ID, limit: Int) async throws(KernelFailure) -> [MailEvent]

    /// Accounts, keys and domains, all of them: they are few, and every request needs them in memory.
    func directory() async throws(KernelFailure) -> DirectoryImage

    /// Deliveries that are not finished, in the order of acceptance, at most `limit` of those after `last`: what the
    /// queue is rebuilt from at start.
    func pendingDeliveries(after last: DeliveryID, limit: Int) async throws(KernelFailure) -> [PendingDelivery]

    /// Deliveries that were given up, in the order of acceptance, at most `limit` of those after `last`.
    func deadLetters(after last: DeliveryID, limit: Int) async throws(KernelFailure) -> [DeadLetter]

    /// All rate windows that are kept, ended ones among them: what the limiters go on with at start.
    func rateWindows() async throws(KernelFailure) -> [RateWindowRecord]

    /// An owner's own quotas with what is used of them, and the periods at `now` in which a default one was used.
    func quotas(of owner: QuotaOwner, at now: Instant) async throws(KernelFailure) -> [QuotaStatus]

    /// What is kept under an idempotency key, expired or not.
    func answer(_ key: Digest256) async throws(KernelFailure) -> AnswerRecord?

    /// The suppressions in effect, by page, with the number of all that match.
    func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> SuppressionPage
}

/// Hears of deliveries once they are on disk. Called on the store's own thread, once per transaction, before anyone is
/// answered; it hands over and returns.
package protocol DeliveryObserver: Sendable {
    func queued(_ deliveries: [PendingDelivery])
}

/// All accounts, keys and domains, with the key secrets' SHA-256 digests.
package struct DirectoryImage: Sendable {
    package var accounts: [Account]
    package var keys: [StoredKey]
    package var domains: [MailDomain]

    package init(accounts: [Account], keys: [StoredKey], domains: [MailDomain]) {
        self.accounts = accounts
        self.keys = keys
        self.domains = domains
    }
}
