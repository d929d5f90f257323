import Database
import Posix
import Synchronization

/// Connections for reading, lent to one thread at a time.
final class ReaderPool: Sendable {
    /// Unchecked Sendable: whoever took a reader out of the pool is its only user until it is put back, and the lock
    /// orders the two.
    private struct Box: @unchecked Sendable {
        let reader: Reader
    }

    private let path: String
    private let seal: StoreSeal
    private let idle = Mutex<[Box]>([])

    init(path: String, seal: StoreSeal = .none) {
        self.path = path
        self.seal = seal
    }

    /// Runs `body` in a snapshot that shows at least `commits` commits of this process. Synchronous: for short reads on
    /// a loop's thread, which keeps a reader of its own.
    func read<Value>(
        after commits: UInt64, _ body: (Reader) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        guard let loop = EventLoop.current else { return try with(body) }
        let turn = try loop.local(of: self) { () throws(DatabaseError) in TurnReader(try Reader(path: path, seal: seal))
        }
        return try turn.read(after: commits, on: loop, body)
    }

    /// Runs `body` in a snapshot of its own, with a reader that nobody else has.
    func with<Value>(_ body: (Reader) throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        try lend { reader throws(DatabaseError) in
            try reader.snapshot { () throws(DatabaseError) in try body(reader) }
        }
    }

    /// Runs `body`, which begins snapshots itself, with a reader that nobody else has.
    func lend<Value>(_ body: (Reader) throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        let box: Box
        if let taken = idle.withLock({ $0.popLast() }) {
            box = taken
        } else {
            box = Box(reader: try Reader(path: path, seal: seal))
        }
        defer {
            idle.withLock { idle in
                if idle.count < StorageLimits.idleReaders { idle.append(box) }
            }
        }
        return try body(box.reader)
    }
}
