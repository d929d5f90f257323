import Crypto
import Synchronization

/// Which rows of the log of answers have keys that begin with which 64 bits. The writer puts keys in, and any thread
/// looks them up: what is not in it was never answered, and takes no look at the disk. What it finds counts only once
/// the row confirms it, so that keys of an open transaction, which no reader's snapshot shows, are as absent.
final class AnswerKeys: Sendable {
    private let table = Mutex(IdempotencyTable())
    private let old = Atomic(false)

    /// The table from before the log has rows.
    var hasOld: Bool {
        get { old.load(ordering: .relaxed) }
        set { old.store(newValue, ordering: .relaxed) }
    }

    /// The latest first.
    func rows(for key: Digest256) -> [Int64] { table.withLock { $0.rows(for: key.firstWord) }.sorted(by: >) }

    func insert(_ key: UInt64, row: Int64) { table.withLock { $0.insert(key, row: row) } }

    func remove(_ key: UInt64, row: Int64) { table.withLock { $0.remove(key, row: row) } }
}
