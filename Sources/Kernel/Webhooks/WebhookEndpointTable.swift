import Model
import Ports
import Synchronization

/// Every endpoint, as it was last seen in the store, and which of them the operator has paused. Any thread.
final class WebhookEndpointTable: Sendable {
    private struct State {
        var endpoints: [WebhookEndpoint.ID: WebhookEndpoint] = [:]
        /// Those that stand in lists, in the order of their making.
        var listed: [Tenant: [WebhookEndpoint.ID]] = [:]
        var paused: Set<WebhookEndpoint.ID> = []

        func isHeld(_ id: WebhookEndpoint.ID) -> Bool { paused.contains(id) || endpoints[id]?.isEnabled == false }
    }

    private let state = Mutex(State())

    /// nil where it was not seen yet.
    subscript(_ id: WebhookEndpoint.ID) -> WebhookEndpoint? { state.withLock { $0.endpoints[id] } }

    /// The owner's oldest one that is on.
    func firstEnabled(of owner: Tenant) -> WebhookEndpoint? {
        state.withLock { state in
            for id in state.listed[owner] ?? [] {
                if let endpoint = state.endpoints[id], endpoint.isEnabled { return endpoint }
            }
            return nil
        }
    }

    /// Whether its lane is to be held.
    func put(_ endpoint: WebhookEndpoint) -> Bool {
        state.withLock { state in
            let isNew = state.endpoints.updateValue(endpoint, forKey: endpoint.id) == nil
            if isNew, !endpoint.isOwn {
                var ids = state.listed[endpoint.owner] ?? []
                ids.insert(endpoint.id, at: ids.firstIndex { $0 > endpoint.id } ?? ids.endIndex)
                state.listed[endpoint.owner] = ids
            }
            return state.isHeld(endpoint.id)
        }
    }

    func remove(_ id: WebhookEndpoint.ID) {
        state.withLock { state in
            if let endpoint = state.endpoints.removeValue(forKey: id) {
                state.listed[endpoint.owner]?.removeAll { $0 == id }
            }
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

extension WebhookEndpoint {
    var owner: Tenant { Tenant(account: account, origin: origin) }
}
