public import Model

/// What a store tells of its commits, while they are made and once they are on disk: memory follows disk.
///
/// **Order.** Observers hear of commits one after the other, in the order in which they were made, on the store's own
/// thread and before anyone is answered: what a caller is told is in memory already. They hand over and return.
public protocol StoreFeed: Sendable {
    /// Whom to tell of new deliveries; the last one named. So with webhooks' and with relays.
    func observe(_ observer: any DeliveryObserver)
    func observe(webhooks observer: any WebhookObserver)
    func observe(relays observer: any RelayObserver)
    /// Whom to tell of records' due times; the last one named.
    func observe(records observer: any RecordObserver)

    /// One more to tell what has become of the rows that memory keeps.
    func observe(facts observer: any FactObserver)

    /// Whose rate windows ride along with the commits; the last one named.
    func ride(_ source: any RateWindowSource)
}

/// A committed change of a row that is kept in memory too.
public enum StoreFact: Sendable {
    /// `serial`: of the row that it made or changed.
    case directory(DirectoryChange, serial: Int64)
    case domain(DomainChange, serial: Int64)
    /// An endpoint is new or was changed, by its account or by what became of its deliveries: as it is now.
    case webhook(WebhookEndpoint)
    case webhookRemoved(WebhookEndpoint.ID)
}

/// Keeps rows in memory. Nobody else changes them there: two callers who race may come back from their commits in
/// another order than those were made in.
public protocol FactObserver: Sendable {
    func committed(_ facts: [StoreFact])
}
