package import Model
package import Ports

/// Makes the engine under test.
package protocol StoreFactory: Sendable {
    /// Opens what is kept at `folder`, making it if there is nothing; each origin has `Fixture.webhookRules`
    /// and its `Fixture.autoSuppression`. Opened again after `close`, it holds the same.
    func open(_ folder: String, origins: [PersonalityID]) async throws -> OpenStore
}

/// A store with the four calls that the port leaves to its engine.
package struct OpenStore: Sendable {
    package let store: any Store
    package let observe: @Sendable (any DeliveryObserver) -> Void
    package let observeWebhooks: @Sendable (any WebhookObserver) -> Void
    package let observeRelays: @Sendable (any RelayObserver) -> Void
    package let ride: @Sendable (any RateWindowSource) -> Void
    package let close: @Sendable () -> Void

    package init(
        store: any Store, observe: @escaping @Sendable (any DeliveryObserver) -> Void,
        observeWebhooks: @escaping @Sendable (any WebhookObserver) -> Void,
        observeRelays: @escaping @Sendable (any RelayObserver) -> Void,
        ride: @escaping @Sendable (any RateWindowSource) -> Void, close: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.observe = observe
        self.observeWebhooks = observeWebhooks
        self.observeRelays = observeRelays
        self.ride = ride
        self.close = close
    }
}
