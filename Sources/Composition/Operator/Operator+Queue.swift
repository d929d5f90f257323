import Base
import Kernel
import Model
import Ports
import Storage

extension Operator {
    func listQueue(_ limit: Int) async throws(KernelFailure) -> OperatorReply {
        .json(
            describe.deliveries(
                try await runtime.store.pendingDeliveries(after: DeliveryID(packed: 0), limit: limit)))
    }

    func showQueued(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let id = try self.id(text)
        let range = DeliveryID.range(of: id)
        let deliveries = try await runtime.store.pendingDeliveries(
            after: DeliveryID(packed: range.lowerBound - 1), limit: PortLimits.recipientsPerMessage
        ).filter { $0.id.message == id }
        guard !deliveries.isEmpty else { throw .notFound(.delivery) }
        return .json(describe.deliveries(deliveries))
    }

    func retry(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let message = try await message(text)
        try await runtime.store.make(.expedite(message.id, due: runtime.time.now))
        await runtime.dispatcher.expedite(message.id, recipients: message.recipients.count)
        return .json(describe.message(try await self.message(text)))
    }

    func cancel(_ text: String) async throws(KernelFailure) -> OperatorReply {
        try await runtime.mail.cancel(try await message(text)).run()
        return .json(describe.message(try await message(text)))
    }

    func listDeadLetters(_ limit: Int) async throws(KernelFailure) -> OperatorReply {
        .json(describe.deadLetters(try await runtime.store.deadLetters(after: DeliveryID(packed: 0), limit: limit)))
    }

    /// The dispatcher hears of them from the store.
    func replay(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let message = try await message(text)
        try await runtime.store.make(.replay(message.id, at: runtime.time.now))
        return .json(describe.message(try await self.message(text)))
    }

    func setPaused(_ lane: String, _ paused: Bool) async throws(KernelFailure) -> OperatorReply {
        if lane.hasPrefix(LaneID.webhookPrefix) {
            guard let number = Int64(lane.dropFirst(LaneID.webhookPrefix.count)) else { throw .notFound(.webhook) }
            _ = try await setWebhookPaused(number, paused)
        } else if lane.hasPrefix(LaneID.relayPrefix) {
            await runtime.relays.dispatcher.setPaused(String(lane.dropFirst(LaneID.relayPrefix.count)), paused)
        } else {
            await runtime.dispatcher.setPaused(LaneID(lane), paused)
        }
        return .json(describe.lanes(await lanes()))
    }

    func showLanes() async -> OperatorReply { .json(describe.lanes(await lanes())) }

    /// Those of mail, of webhooks and of relayed requests.
    private func lanes() async -> [LaneStatistics] {
        let webhooks = await runtime.webhooks.dispatcher.statistics()
        let relays = await runtime.relays.dispatcher.statistics()
        return await runtime.dispatcher.statistics() + webhooks.map(LaneStatistics.init)
            + relays.map(LaneStatistics.init)
    }
}
