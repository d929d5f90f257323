public import Model

/// What whoever looks after messages may ask of the queue that sends them: its dispatcher alone knows what is leased.
///
/// **Threads.** Any; it comes back on the caller's executor.
public protocol DeliveryControl: Sendable {
    /// Takes a message out of the queue, if no attempt at it was made or is running; nil otherwise. The caller makes
    /// the change durable, and puts the deliveries back with `insert` if it cannot.
    func withdraw(_ message: Message.ID, recipients: Int) async -> [PendingDelivery]?

    /// The same of one recipient's delivery.
    func withdraw(_ part: DeliveryID) async -> PendingDelivery?

    /// Takes over deliveries; at start, all that an earlier process left unfinished.
    func insert(_ deliveries: [PendingDelivery]) async

    /// How many of a tenant's messages an attempt is running at.
    func sending(of tenant: Tenant) async -> Int

    /// Whether an attempt at the message is running.
    func isSending(_ message: Message.ID, recipients: Int) async -> Bool
}
