import Base
import Serving
import Synchronization

/// What messages hold of the process's memory while they arrive: those of known senders, and those of strangers, who
/// have less in all and each network of them little. Shared by all shards; any thread.
package final class ContentBudget: Sendable {
    private struct State {
        var known = 0
        var strangers = 0
        var byNetwork: [IPNetwork: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// `address`: a stranger's, or nil on a local socket; it is not looked at for others.
    func change(by octets: Int, isKnown: Bool, _ address: IPAddress?) {
        guard octets != 0 else { return }
        state.withLock { state in
            if isKnown { return state.known += octets }
            state.strangers += octets
            guard let network = address.map(ClientNetwork.neighbours) else { return }
            let held = state.byNetwork[network, default: 0] + octets
            state.byNetwork[network] = held > 0 ? held : nil
        }
    }

    /// Whether who just brought something has to be told to come back.
    func isExceeded(isKnown: Bool, _ address: IPAddress?) -> Bool {
        state.withLock { state in
            if isKnown { return state.known > SMTPServerLimits.contentBytes }
            if state.strangers > SMTPServerLimits.strangersContentBytes { return true }
            guard let network = address.map(ClientNetwork.neighbours) else { return false }
            return state.byNetwork[network, default: 0] > SMTPServerLimits.networkContentBytes
        }
    }
}
