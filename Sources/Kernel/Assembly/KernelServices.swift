public import Crypto
public import Model
public import Ports

/// The kernel's services over one store, wired to each other: one value for the program and for tests. `Assembly` makes
/// it. Any thread.
public struct KernelServices: Sendable {
    public struct Webhooks: Sendable {
        public let dispatcher: WebhookDispatcher
        public let service: WebhookService
    }

    public struct Relays: Sendable {
        public let dispatcher: RelayDispatcher
        public let service: RelayService
    }

    public struct Records: Sendable {
        public let service: RecordService
        public let timers: RecordTimers
        /// What secrets in records are sealed with.
        public let sealing: SealingKey
    }

    public let directory: Directory
    public let dispatcher: Dispatcher
    public let postOffice: PostOffice
    public let mail: MailService
    public let claims: ClaimTable
    public let idempotency: Idempotency
    public let administration: Administration
    public let domainWatch: DomainWatch
    public let domains: DomainService
    public let keyUses: KeyUseLog
    public let suppressions: SuppressionService
    public let quotas: QuotaDesk
    /// nil where nobody takes reports.
    public let reports: ReportService?
    public let webhooks: Webhooks
    public let relays: Relays
    public let records: Records
    public let people: PeopleService
}

extension KernelServices {
    /// Takes over what an earlier process left unfinished, once, before anything else is asked of the services.
    /// `delivers` false only looks at it: nothing is sent, and no domain is looked up.
    public func resume(from store: any Store, delivers: Bool) async throws(KernelFailure) {
        if !delivers {
            await dispatcher.hold()
            await webhooks.dispatcher.hold()
            await relays.dispatcher.hold()
        }
        try await resumePauses(store)
        try await resumeMail(store)
        if delivers { await domainWatch.start() }
        for endpoint in try await store.webhooks(of: nil) { webhooks.dispatcher.put(endpoint) }
        await webhooks.dispatcher.insert(try await store.pendingWebhooks())
        try await resumeRelays(store)
        if delivers { try await records.timers.resume() }
    }

    /// Piece by piece, so that a million rows are never in memory twice; the next is read while one is taken over.
    private func resumeMail(_ store: any Store) async throws(KernelFailure) {
        let dispatcher = dispatcher
        var deliveries = try await store.pendingDeliveries(
            after: DeliveryID(packed: 0), limit: KernelLimits.rowsPerResumption)
        while let last = deliveries.last {
            let piece = deliveries
            async let takenOver: Void = dispatcher.insert(piece)
            let following = try await store.pendingDeliveries(
                after: last.id, limit: KernelLimits.rowsPerResumption)
            await takenOver
            deliveries = following
        }
    }

    private func resumeRelays(_ store: any Store) async throws(KernelFailure) {
        var last = Relay.ID(0)
        while true {
            let pending = try await store.pendingRelays(after: last, limit: KernelLimits.rowsPerResumption)
            guard let latest = pending.last else { return }
            last = latest.id
            await relays.dispatcher.insert(pending)
        }
    }
}
