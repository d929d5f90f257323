import Crypto
import Synchronization

/// Which rows of the log of record keys begin with which 64 bits. The writer puts keys in, and any thread looks them
/// up; what it finds counts only once the row of the log confirms it, so that keys of an open transaction, which no
/// reader's snapshot shows, are as absent.
final class RecordKeys: Sendable {
    private let table = Mutex(IdempotencyTable())

    func rows(for key: Digest256) -> [Int64] { table.withLock { $0.rows(for: key.firstWord) } }

    func insert(_ key: UInt64, row: Int64) { table.withLock { $0.insert(key, row: row) } }

    func remove(_ key: UInt64, row: Int64) { table.withLock { $0.remove(key, row: row) } }
}
