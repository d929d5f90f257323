package import Model
package import Ports

/// Makes the engine under test.
package protocol StoreFactory: Sendable {
    /// Opens what is kept at `folder`, making it if there is nothing; each origin has `Fixture.webhookRules`
    /// and its `Fixture.autoSuppression`. Opened again after `close`, it holds the same.
    func open(_ folder: String, origins: [PersonalityID]) async throws -> any Engine
}
