import Base
import Synchronization

/// How many connections each client address has, over all shards. Any thread.
package final class AddressCounts: Sendable {
    private let counts = Mutex<[IPAddress: Int]>([:])
    private let limit: Int

    package init(limit: Int = SMTPServerLimits.connectionsPerAddress) { self.limit = limit }

    /// Counts a connection; false if the address has as many as it may.
    func begin(_ address: IPAddress?) -> Bool {
        guard let address else { return true }
        return counts.withLock { counts in
            guard counts[address, default: 0] < limit else { return false }
            counts[address, default: 0] += 1
            return true
        }
    }

    func end(_ address: IPAddress?) {
        guard let address else { return }
        counts.withLock { counts in
            let left = counts[address, default: 1] - 1
            counts[address] = left > 0 ? left : nil
        }
    }
}
