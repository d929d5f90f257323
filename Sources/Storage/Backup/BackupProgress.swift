/// How far a backup, or the way back from one, has come.
package enum BackupProgress: Sendable, Equatable {
    /// So many of so many pages of the database.
    case pages(Int, of: Int)
    /// So many of so many large contents.
    case contents(Int, of: Int)
    /// It is being read through.
    case checking
}

/// What a backup holds.
package struct BackupSummary: Sendable, Equatable {
    package var messages: Int
    package var contents: Int
    package var schemaVersion: Int
    /// Bytes of the file.
    package var bytes: Int
}
