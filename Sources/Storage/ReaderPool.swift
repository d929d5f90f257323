import Database
import Synchronization

/// Connections for reading, lent to one thread at a time.
final class ReaderPool: Sendable {
    /// Unchecked Sendable: whoever took a reader out of the pool is its only user until it is put back, and the lock
    /// orders the two.
    private struct Box: @unchecked Sendable {
        let reader: Reader
    }

    private let path: String
    private let idle = Mutex<[Box]>([])

    init(path: String) { self.path = path }

    /// Runs `body` with a reader that nobody else has. Synchronous, so a loop's thread can use it for short reads.
    func with<Value>(_ body: (Reader) throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        let box: Box
        if let taken = idle.withLock({ $0.popLast() }) {
            box = taken
        } else {
            box = Box(reader: try Reader(path: path))
        }
        defer {
            idle.withLock { idle in
                if idle.count < StorageLimits.idleReaders { idle.append(box) }
            }
        }
        return try body(box.reader)
    }
}
