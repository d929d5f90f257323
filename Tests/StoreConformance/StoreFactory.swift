package import Model
package import Ports

/// Makes the engine under test.
package protocol StoreFactory: Sendable {
    /// Opens what is kept at `folder`, making it if there is nothing; each origin has `Fixture.webhookRules`
    /// and its `Fixture.autoSuppression`. Opened again after `close`, it holds the same.
    func open(_ folder: String, origins: [PersonalityID]) async throws -> OpenStore
}

/// A store with the one call that the port leaves to its engine.
package struct OpenStore: Sendable {
    package let store: any Store
    package let close: @Sendable () -> Void

    package init(store: any Store, close: @escaping @Sendable () -> Void) {
        self.store = store
        self.close = close
    }
}
