import CSQLite

/// Why SQLite refused. Carries its code and its words, and never a bound value: user data stays out of the log.
public struct DatabaseError: Error, Equatable, CustomStringConvertible {
    /// What a caller can do about it.
    public enum Kind: Sendable, Equatable {
        /// Another connection holds a lock. Temporary.
        case busy
        /// No space on the disk. Temporary: nothing was changed.
        case full
        /// A uniqueness or check rule. Permanent for this statement.
        case constraint
        /// The disk could not make a write durable. What the file holds is not known any more: the process must not go
        /// on writing, as a second sync may report success for pages that were dropped.
        case syncFailed
        /// Another error of the disk.
        case inputOutput
        /// The file is not a database or is damaged. Permanent.
        case corrupt
        /// A mistake of ours.
        case misuse
    }

    /// SQLite's extended result code.
    public let code: Int32
    /// What was being done: a verb and a name from our own source.
    public let operation: StaticString
    /// SQLite's text for the error.
    public let text: String

    public init(code: Int32, operation: StaticString, text: String) {
        self.code = code
        self.operation = operation
        self.text = text
    }

    public var kind: Kind {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_IOERR where code == Self.fsyncFailed || code == Self.folderFsyncFailed: .syncFailed
        case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM: .inputOutput
        default: .misuse
        }
    }

    public var description: String { "\(operation): \(text) (SQLite \(code))" }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC are expressions of macros, which Swift does not import.
    private static let fsyncFailed = SQLITE_IOERR | 4 << 8
    private static let folderFsyncFailed = SQLITE_IOERR | 5 << 8
}
