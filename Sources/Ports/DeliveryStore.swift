package import Model

/// The part of the `Store` port that the queue of mail needs; its contract is the `Store`'s.
package protocol DeliveryStore: Sendable {
    /// Deliveries that are not finished, in the order of acceptance, at most `limit` of those after `last`: what the
    /// queue is rebuilt from at start.
    func pendingDeliveries(after last: DeliveryID, limit: Int) async throws(KernelFailure) -> [PendingDelivery]

    /// Deliveries that were given up, in the order of acceptance, at most `limit` of those after `last`.
    func deadLetters(after last: DeliveryID, limit: Int) async throws(KernelFailure) -> [DeadLetter]
}

/// Hears of deliveries once they are on disk. Called on the store's own thread, once per transaction, before anyone is
/// answered; it hands over and returns.
package protocol DeliveryObserver: Sendable {
    func queued(_ deliveries: [PendingDelivery])
}
