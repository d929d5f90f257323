import Database
import Posix

/// Why there is no backup, or nothing was restored. Nothing has changed but where `interrupted` says so.
package enum BackupError: Error, Equatable, CustomStringConvertible {
    case database(String)
    case file(String)
    /// Another backup of the same database is being made.
    case busy
    /// Contents went away as often as they were looked for.
    case restless
    /// No file that `write` made.
    case notABackup
    /// Made by a newer version of the program.
    case newerSchema(found: Int, known: Int)
    /// It does not read back as it was written.
    case damaged(String)
    /// It was made with another key file.
    case otherKey
    /// The new files are there, and not all of them in their places: the same command again ends it.
    case interrupted(String)

    package var description: String {
        switch self {
        case .database(let text), .file(let text): text
        case .busy: "another backup of this database is being made"
        case .restless: "contents were removed while they were being copied, again and again: try later"
        case .notABackup: "is no backup that `backup` has made"
        case .newerSchema(let found, let known):
            "has schema version \(found), and this program knows \(known): use the newer program"
        case .damaged(let text): "is damaged: \(text)"
        case .otherKey: "was made with another key file: put that one back first"
        case .interrupted(let text): "\(text); run the same command again"
        }
    }
}

extension BackupError {
    /// What was done with a database, with files.
    static func reporting<Value>(_ work: () throws -> Value) throws(BackupError) -> Value {
        do {
            return try work()
        } catch let error as BackupError {
            throw error
        } catch let error as DatabaseError {
            throw .database(error.description)
        } catch {
            throw .file("\(error)")
        }
    }
}
