import Model
public import Ports

extension KernelServices {
    /// The lanes of mail, of webhooks and of relayed requests that have something or are paused.
    public func lanes() async -> [LaneStatistics] {
        let webhooks = await webhooks.dispatcher.statistics()
        let relays = await relays.dispatcher.statistics()
        return await dispatcher.statistics() + webhooks.map(LaneStatistics.init) + relays.map(LaneStatistics.init)
    }

    /// Holds a lane back in memory, or lets it go on; false where its name is no lane's.
    public func setPaused(_ lane: LaneID, _ isPaused: Bool) async -> Bool {
        if lane.name.hasPrefix(LaneID.webhookPrefix) {
            guard let number = Int64(lane.name.dropFirst(LaneID.webhookPrefix.count)) else { return false }
            await webhooks.dispatcher.setPaused(WebhookEndpoint.ID(number), isPaused)
        } else if lane.name.hasPrefix(LaneID.relayPrefix) {
            await relays.dispatcher.setPaused(String(lane.name.dropFirst(LaneID.relayPrefix.count)), isPaused)
        } else {
            await dispatcher.setPaused(lane, isPaused)
        }
        return true
    }

    /// What the operator had paused is paused from the beginning.
    func resumePauses(_ store: any Store) async throws(KernelFailure) {
        for lane in try await store.pausedLanes() { _ = await setPaused(LaneID(lane), true) }
    }
}

extension LaneStatistics {
    public init(_ lane: WebhookLaneStatistics) {
        self.init(
            lane: LaneID("\(LaneID.webhookPrefix)\(lane.endpoint.value)"), waiting: lane.waiting, leased: lane.running,
            earliestDue: lane.earliestDue, isPaused: lane.isPaused)
    }

    public init(_ lane: WorkLaneStatistics<String>) {
        self.init(
            lane: LaneID("\(LaneID.relayPrefix)\(lane.lane)"), waiting: lane.waiting, leased: lane.running,
            earliestDue: lane.earliestDue, isPaused: lane.isHeld)
    }
}
