import Base
import Posix
import Storage

/// `backup` and `restore`: of the database and its large contents, in one file. The key file is never in it.
struct BackupCommand {
    private let source: ConfigurationSource

    init(_ source: ConfigurationSource) { self.source = source }

    /// Beside a running server as well as without one.
    func write(_ arguments: Arguments) throws -> ExitCode {
        let configuration = try source.read()
        let (file, database) = (arguments.operand, configuration.database)
        guard Files.exists(database) else {
            throw StartError.database(path: database, reason: "there is nothing to back up")
        }
        guard arguments.flag("force") || !Files.exists(file) else { throw Self.standing(file) }
        let key = try KeyFile(reading: configuration.keyFile)
        let progress = ProgressLines("backup")
        do throws(BackupError) {
            let summary = try DatabaseBackup(of: database).write(
                to: file, keyCheck: key.backupCheck, now: SystemTime().now, told: progress.tell)
            Program.tell(
                "\(file): \(Self.words(summary)). The key file \(configuration.keyFile) is not in it, and without "
                    + "it the backup is worth nothing: keep a copy of it in another place")
        } catch {
            throw StartError.system("\(file): \(error)")
        }
        return .done
    }

    /// Of a database that nobody uses.
    func restore(_ arguments: Arguments) throws -> ExitCode {
        let configuration = try source.read()
        try Prerequisites.look(configuration, for: .restore)
        let (file, database) = (arguments.operand, configuration.database)
        guard Files.exists(configuration.keyFile) else {
            throw StartError.keyFile(
                path: configuration.keyFile, reason: "it is missing, and no backup holds it: put it back first")
        }
        let key = try KeyFile(reading: configuration.keyFile)
        let lock = try DatabaseLock(database: database)
        defer { withExtendedLifetime(lock) {} }
        let progress = ProgressLines("restore")
        do throws(BackupError) {
            let summary = try DatabaseBackup.summary(of: file, keyCheck: key.backupCheck, told: progress.tell)
            guard arguments.flag("force") || !DatabaseBackup.isThere(database) else {
                return try Self.refuse(database)
            }
            try DatabaseBackup(of: database).restore(from: file, told: progress.tell)
            Program.tell(
                "\(database): \(Self.words(summary)). The key file \(configuration.keyFile) stayed as it is. What "
                    + "waited when the backup was made is due again at the next start")
        } catch {
            throw StartError.system("\(file): \(error)")
        }
        return .done
    }

    private static func refuse(_ database: String) throws(BackupError) -> ExitCode {
        throw .file("\(database) is there already; --force puts the backup in its place")
    }

    private static func standing(_ file: String) -> StartError {
        .system("\(file) is there already; --force writes over it")
    }

    private static func words(_ summary: BackupSummary) -> String {
        "\(summary.messages) messages, \(summary.contents) large contents, \(summary.bytes) bytes, "
            + "schema version \(summary.schemaVersion), checked"
    }
}
