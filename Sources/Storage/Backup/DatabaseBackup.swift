package import Base
import Database
import Posix

/// Makes a backup of a database, whether or not a server uses it, and puts one back.
///
/// **Consistent.** What is copied is one snapshot, whatever is committed meanwhile. Large contents are files that are
/// written before the transaction that names them and never changed, so those of a snapshot are there when it begins;
/// second names (hard links) in a folder beside the database keep them while they are copied, whatever is removed. As
/// long as the pages are copied the write-ahead log grows.
///
/// **Threads.** Blocking, for a command's own process.
package struct DatabaseBackup {
    private let database: String

    package init(of database: String) { self.database = database }

    /// While there is such a file, a restore has begun to exchange files, and the database is not to be opened.
    static func unfinishedRestore(of database: String) -> String { database + ".restoring" }

    // MARK: Making one

    /// Writes the backup to `file`, in place of one that is there, and checks it before it gets that name.
    package func write(
        to file: String, keyCheck: [UInt8], now: Instant, told: (BackupProgress) -> Void
    ) throws(BackupError) -> BackupSummary {
        try BackupError.reporting {
            let lock = try BackupLock(database + ".backup.lock")
            defer { withExtendedLifetime(lock) {} }
            // What an earlier one left that was cut off.
            try Files.remove(file + ".part")
            try Files.removeFolder(links)
            defer { try? Files.removeFolder(links) }
            do {
                return try writeChecked(file, keyCheck, now, told)
            } catch {
                try? Files.remove(file + ".part")
                throw error
            }
        }
    }

    /// Where the contents have second names.
    private var links: String { database + ".backup-links" }

    private func writeChecked(
        _ file: String, _ keyCheck: [UInt8], _ now: Instant, _ told: (BackupProgress) -> Void
    ) throws -> BackupSummary {
        let part = file + ".part"
        try fill(part, keyCheck: keyCheck, now: now, told: told)
        told(.checking)
        let summary = try BackupFile(reading: part).checked(path: part)
        try Files.setMode(part, 0o600)
        try Files.move(part, to: file)
        try Files.syncFolder(of: file)
        return summary
    }

    private func fill(
        _ part: String, keyCheck: [UInt8], now: Instant, told: (BackupProgress) -> Void
    ) throws {
        let source = try Connection(path: database, access: .existing)
        let names = try beginSnapshot(source)
        let target = try Connection(path: part, access: .readWrite)
        try source.copy(to: target) { told(.pages($0, of: $1)) }
        try source.execute("ROLLBACK", "end the snapshot")
        let backup = BackupFile(making: target)
        try backup.begin(keyCheck: keyCheck, now: now)
        try backup.add(names, from: links, told: told)
    }

    /// Begins a snapshot whose contents all have a second name. A content that went away between the two was removed by
    /// a commit that a new snapshot sees.
    private func beginSnapshot(_ source: Connection) throws -> [String] {
        for _ in 0..<Self.snapshotsMax {
            try source.execute("BEGIN", "begin a snapshot")
            let names = try ContentNames.all(source).sorted()
            if try link(names) { return names }
            try source.execute("ROLLBACK", "end the snapshot")
            try Files.removeFolder(links)
        }
        throw BackupError.restless
    }

    /// False where one of them is not there.
    private func link(_ names: [String]) throws(PosixError) -> Bool {
        if names.isEmpty { return true }
        try Files.makeFolder(links)
        for name in names {
            do throws(PosixError) {
                try Files.link("\(database).contents/\(name)", to: "\(links)/\(name)")
            } catch {
                if error.isMissing { return false }
                throw error
            }
        }
        return true
    }

    private static let snapshotsMax = 10

    // MARK: Putting one back

    /// A database stands there, and no restore was cut off while it exchanged it.
    package static func isThere(_ database: String) -> Bool {
        Files.exists(database) && !Files.exists(unfinishedRestore(of: database))
    }

    /// What a backup holds, once all of it was read through; `otherKey` where the key file is not the one that it was
    /// made with.
    package static func summary(
        of file: String, keyCheck: [UInt8], told: (BackupProgress) -> Void = { _ in }
    ) throws(BackupError) -> BackupSummary {
        try BackupError.reporting {
            let backup = try BackupFile(reading: file)
            guard try backup.keyCheck() == keyCheck else { throw BackupError.otherKey }
            told(.checking)
            return try backup.checked(path: file)
        }
    }

    /// Puts `file`, which `summary` has read through, in the place of the database and its contents. The caller holds
    /// the database's lock. Until all is written beside it the old one stays as it is; a crash while files are
    /// exchanged leaves a database that does not open until this was called again.
    package func restore(from file: String, told: (BackupProgress) -> Void) throws(BackupError) {
        let (part, contents) = (database + ".restoring-part", database + ".contents")
        let unfinished = Self.unfinishedRestore(of: database)
        try BackupError.reporting {
            try Files.makeFolder(Files.parent(of: database))
            for leftover in ["", "-wal", "-shm", "-journal"] { try Files.remove(part + leftover) }
            if !Files.exists(unfinished) { try Files.removeFolder(contents + ".replaced") }
            try Files.removeFolder(contents + ".restoring")
            let backup = try BackupFile(reading: file)
            do {
                let target = try Connection(path: part, access: .readWrite)
                try backup.copy(to: target, told: told)
                try BackupFile.strip(target)
            }
            for leftover in ["-wal", "-shm"] { try Files.remove(part + leftover) }
            try backup.write(to: contents + ".restoring", told: told)
            try Files.move(part, to: unfinished)
            try Files.syncFolder(of: database)
        }
        do {
            try exchange(unfinished, contents)
        } catch {
            throw .interrupted("\(error)")
        }
    }

    /// The old log goes before the new database comes: it would be read as the new one's.
    private func exchange(_ unfinished: String, _ contents: String) throws(PosixError) {
        if Files.exists(contents), !Files.exists(contents + ".replaced") {
            try Files.move(contents, to: contents + ".replaced")
        }
        try Files.removeFolder(contents)
        try Files.move(contents + ".restoring", to: contents)
        for log in ["-wal", "-shm"] { try Files.remove(database + log) }
        // What was made of the old one.
        for file in ListDatabase.files(of: database) { try Files.remove(file) }
        try Files.move(unfinished, to: database)
        try Files.syncFolder(of: database)
        try Files.removeFolder(contents + ".replaced")
    }
}
