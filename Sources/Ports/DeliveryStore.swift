public import Model

/// The part of the `Store` port that the queue of mail needs; its contract is the `Store`'s.
public protocol DeliveryStore: Sendable {
    /// Deliveries that are not finished, in the order of acceptance, at most `limit` of those after `last`: what the
    /// queue is rebuilt from at start.
    func pendingDeliveries(after last: DeliveryID, limit: Int) async throws(KernelFailure) -> [PendingDelivery]

    /// Deliveries that were given up, in the order of acceptance, at most `limit` of those after `last`.
    func deadLetters(after last: DeliveryID, limit: Int) async throws(KernelFailure) -> [DeadLetter]

    /// The latest of both, latest first: at most `limit`, behind the first `skip`. None of the others is read.
    func latestPendingDeliveries(skip: Int, limit: Int) async throws(KernelFailure) -> [PendingDelivery]
    func latestDeadLetters(skip: Int, limit: Int) async throws(KernelFailure) -> [DeadLetter]
}

/// Hears of deliveries once they are on disk. Called on the store's own thread, once per transaction, before anyone is
/// answered; it hands over and returns.
public protocol DeliveryObserver: Sendable {
    func queued(_ deliveries: [PendingDelivery])
    /// Their messages were removed with what waited of them.
    func removed(_ deliveries: [DeliveryID])
}

extension DeliveryObserver {
    public func removed(_ deliveries: [DeliveryID]) {}
}
