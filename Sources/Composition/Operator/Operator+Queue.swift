import Base
import Kernel
import Model
import Ports
import Storage

extension Operator {
    func listQueue(_ place: ListPlace) async throws(KernelFailure) -> OperatorReply {
        let rows =
            try await place.isOldestFirst
            ? place.cut(
                runtime.store.pendingDeliveries(after: DeliveryID(packed: 0), limit: place.skip + place.limit))
            : runtime.store.latestPendingDeliveries(skip: place.skip, limit: place.limit)
        return .json(describe.deliveries(rows))
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

    /// A message that was never tried and is for a later time goes out earlier than its sender wanted it to.
    func retry(_ text: String, isScheduledToo: Bool) async throws(KernelFailure) -> OperatorReply {
        let message = try await message(text)
        let now = runtime.time.now
        if !isScheduledToo, let time = message.submission.scheduledAt, time > now,
            message.recipients.allSatisfy({ $0.attempts == 0 })
        {
            return .refused("it is scheduled for \(time.rfc3339(.none)): --now sends it all the same")
        }
        try await runtime.store.make(.expedite(message.id, due: runtime.time.now))
        await runtime.dispatcher.expedite(message.id, recipients: message.recipients.count)
        return .json(describe.message(try await self.message(text)))
    }

    func cancel(_ text: String) async throws(KernelFailure) -> OperatorReply {
        try await runtime.mail.cancel(try await message(text)).run()
        return .json(describe.message(try await message(text)))
    }

    func listDeadLetters(_ place: ListPlace) async throws(KernelFailure) -> OperatorReply {
        let rows =
            try await place.isOldestFirst
            ? place.cut(runtime.store.deadLetters(after: DeliveryID(packed: 0), limit: place.skip + place.limit))
            : runtime.store.latestDeadLetters(skip: place.skip, limit: place.limit)
        return .json(describe.deadLetters(rows))
    }

    /// The dispatcher hears of them from the store.
    func replay(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let message = try await message(text)
        try await runtime.store.make(.replay(message.id, at: runtime.time.now))
        return .json(describe.message(try await self.message(text)))
    }

    /// Holds a lane back, or lets it go on, over restarts. A lane that there is not is refused; `ahead`: it may be one
    /// that has nothing yet.
    func setPaused(_ lane: String, _ isPaused: Bool, ahead: Bool = false) async throws(KernelFailure) -> OperatorReply {
        let known =
            try await lanes().map(\.lane.name) + endpointLanes() + runtime.dispatcher.standingLanes.map(\.name)
        if !ahead, !known.contains(lane) {
            let nearest = NearestName.to(lane, among: known).map { " (did you mean \($0)?)" } ?? ""
            let ways = isPaused ? "; --ahead pauses one that has nothing yet" : ""
            return .refused("there is no lane \(lane)\(nearest): `queue stats` lists them\(ways)")
        }
        try await runtime.store.make(.upkeep(.setPaused(lane: lane, isPaused)))
        guard await runtime.kernel.setPaused(LaneID(lane), isPaused) else { throw .notFound(.webhook) }
        return .json(describe.lanes(await lanes()))
    }

    func showLanes() async -> OperatorReply { .json(describe.lanes(await lanes())) }

    /// Those of mail, of webhooks and of relayed requests.
    private func lanes() async -> [LaneStatistics] { await runtime.kernel.lanes() }

    /// Endpoints are there also while they have nothing.
    private func endpointLanes() async throws(KernelFailure) -> [String] {
        try await runtime.store.webhooks(of: nil).map { "\(LaneID.webhookPrefix)\($0.id.value)" }
    }
}
