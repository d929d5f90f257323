import Model
import Synchronization

/// Every endpoint, as it was last seen in the store, and which of them the operator has paused. Any thread.
final class WebhookEndpointTable: Sendable {
    private struct State {
        var endpoints: [WebhookEndpoint.ID: WebhookEndpoint] = [:]
        var paused: Set<WebhookEndpoint.ID> = []

        func isHeld(_ id: WebhookEndpoint.ID) -> Bool { paused.contains(id) || endpoints[id]?.isEnabled == false }
    }

    private let state = Mutex(State())

    /// nil where it was not seen yet.
    subscript(_ id: WebhookEndpoint.ID) -> WebhookEndpoint? { state.withLock { $0.endpoints[id] } }

    /// Whether its lane is to be held.
    func put(_ endpoint: WebhookEndpoint) -> Bool {
        state.withLock { state in
            state.endpoints[endpoint.id] = endpoint
            return state.isHeld(endpoint.id)
        }
    }

    func remove(_ id: WebhookEndpoint.ID) {
        state.withLock { state in
            state.endpoints[id] = nil
            state.paused.remove(id)
        }
    }

    /// Whether its lane is to be held.
    func setPaused(_ id: WebhookEndpoint.ID, _ isPaused: Bool) -> Bool {
        state.withLock { state in
            if isPaused { state.paused.insert(id) } else { state.paused.remove(id) }
            return state.isHeld(id)
        }
    }

    func isPaused(_ id: WebhookEndpoint.ID) -> Bool { state.withLock { $0.paused.contains(id) } }
}
