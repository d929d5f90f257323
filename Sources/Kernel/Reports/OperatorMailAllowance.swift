import Base
import Synchronization

/// How much mail for the operator is kept a day: of each client network, and in all. Whoever fills a share of it leaves
/// the rest to others. Any thread.
final class OperatorMailAllowance: Sendable {
    private struct State {
        var day: Int64 = 0
        var count = 0
        var byNetwork: [IPNetwork?: Int] = [:]
    }

    private let state = Mutex(State())

    /// Counts a message of a client at this address, nil for one of this machine; false where its network has had its
    /// share of the day of UTC, or all networks together have.
    func take(_ address: IPAddress?, at now: Instant) -> Bool {
        let network = address.flatMap { IPNetwork($0, prefixLength: $0.family == .v4 ? 24 : 48) }
        let day = now.seconds / Self.daySeconds
        return state.withLock { state in
            if state.day != day { state = State(day: day) }
            guard state.count < KernelLimits.operatorMessagesPerDay,
                state.byNetwork[network, default: 0] < KernelLimits.operatorMessagesPerNetwork
            else { return false }
            state.count += 1
            state.byNetwork[network, default: 0] += 1
            return true
        }
    }

    private static let daySeconds: Int64 = 86_400
}
