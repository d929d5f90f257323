import Synchronization

/// Lists that look at row after row: of each account one at a time, and few may wait. Any thread.
final class ScanGate: Sendable {
    /// By account whose scan is under way: who waits for its end.
    private let turns = Mutex<[Int64: [CheckedContinuation<Void, Never>]]>([:])

    /// Waits for the account's turn; false where too many of its own wait already. `end` follows on true.
    func begin(_ account: Int64) async -> Bool {
        let isFull = turns.withLock { ($0[account]?.count ?? 0) >= StorageLimits.scansWaiting }
        if isFull { return false }
        await withCheckedContinuation { continuation in
            let goesOn = turns.withLock { turns -> Bool in
                guard turns[account] != nil else {
                    turns[account] = []
                    return true
                }
                turns[account]?.append(continuation)
                return false
            }
            if goesOn { continuation.resume() }
        }
        return true
    }

    func end(_ account: Int64) {
        let next = turns.withLock { turns -> CheckedContinuation<Void, Never>? in
            if turns[account]?.isEmpty == false { return turns[account]?.removeFirst() }
            turns[account] = nil
            return nil
        }
        next?.resume()
    }
}
