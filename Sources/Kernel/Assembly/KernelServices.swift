package import Crypto
package import Model
package import Ports

/// The kernel's services over one store, wired to each other: one value for the program and for tests. `Assembly` makes
/// it. Any thread.
package struct KernelServices: Sendable {
    package struct Webhooks: Sendable {
        package let dispatcher: WebhookDispatcher
        package let service: WebhookService
    }

    package struct Relays: Sendable {
        package let dispatcher: RelayDispatcher
        package let service: RelayService
    }

    package struct Records: Sendable {
        package let service: RecordService
        package let timers: RecordTimers
        /// What secrets in records are sealed with.
        package let sealing: SealingKey
    }

    package let directory: Directory
    package let dispatcher: Dispatcher
    package let postOffice: PostOffice
    package let mail: MailService
    package let claims: ClaimTable
    package let idempotency: Idempotency
    package let administration: Administration
    package let domainWatch: DomainWatch
    package let domains: DomainService
    package let keyUses: KeyUseLog
    package let suppressions: SuppressionService
    package let quotas: QuotaDesk
    /// nil where nobody takes reports.
    package let reports: ReportService?
    package let webhooks: Webhooks
    package let relays: Relays
    package let records: Records
    package let people: PeopleService
}

extension KernelServices {
    /// Takes over what an earlier process left unfinished, once, before anything else is asked of the services.
    /// `delivers` false only looks at it: nothing is sent, and no domain is looked up.
    package func resume(from store: any Store, delivers: Bool) async throws(KernelFailure) {
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
