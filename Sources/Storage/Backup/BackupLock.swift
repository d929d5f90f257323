import Posix

/// The right to make a backup of a database, for one process at a time.
final class BackupLock {
    private let lock: FileLock

    init(_ path: String) throws {
        guard let lock = try FileLock.acquire(path) else { throw BackupError.busy }
        self.lock = lock
    }
}
