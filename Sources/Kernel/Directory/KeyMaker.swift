import Base
import Model
import Ports
import Synchronization

/// Has domains' signing keys made, which takes tens to hundreds of milliseconds of a core: for one account one pair at
/// a time, so that who asks for many waits for himself. Any thread.
final class KeyMaker: Sendable {
    private let keyring: Keyring
    private let workers: any Workers
    /// By account for which keys are being made: who waits.
    private let turns = Mutex<[Account.ID: [CheckedContinuation<Void, Never>]]>([:])

    init(keyring: Keyring, workers: any Workers) {
        self.keyring = keyring
        self.workers = workers
    }

    /// `rsaKey`: as in `Keyring.makeKeys`.
    func make(
        account: Account.ID, domain: String, slot: SigningKey.Slot = .first, use: SigningKey.Use = .active,
        rsaKey: String? = nil
    ) async throws(KernelFailure) -> [SigningKey] {
        await begin(account)
        let keyring = keyring
        let keys = await workers.run {
            Result { () throws(KernelFailure) in
                try keyring.makeKeys(account: account, domain: domain, slot: slot, use: use, rsaKey: rsaKey)
            }
        }
        end(account)
        return try keys.get()
    }

    private func begin(_ account: Account.ID) async {
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
    }

    /// The turn goes to the next who waits.
    private func end(_ account: Account.ID) {
        let next = turns.withLock { turns -> CheckedContinuation<Void, Never>? in
            if turns[account]?.isEmpty == false { return turns[account]?.removeFirst() }
            turns[account] = nil
            return nil
        }
        next?.resume()
    }
}
