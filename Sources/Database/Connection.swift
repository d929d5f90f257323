import CSQLite

/// One connection to a database file.
///
/// **Threads.** One at a time: it is opened with SQLITE_OPEN_NOMUTEX, and the SQLite manual says that then "two threads
/// may not use the same connection at the same time". It may wander from one thread to another between uses, so it is
/// not Sendable and whoever hands it over says why that is safe.
@safe
public final class Connection {
    public enum Access: Sendable {
        /// Makes the file if it is not there.
        case readWrite
        /// As `readWrite`, of a file that is there.
        case existing
        case readOnly
    }

    let handle: OpaquePointer
    /// Frames in the write-ahead log after the latest commit of this connection.
    public private(set) var logFrames = 0

    /// Opens the file.
    public init(path: String, access: Access) throws(DatabaseError) {
        _ = Self.memoryStatisticsOff
        var opened: OpaquePointer?
        let flags: Int32
        switch access {
        case .readWrite: flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        case .existing: flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        case .readOnly: flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        }
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            // "Whether or not an error occurs when it is opened, resources associated with the database connection
            // handle should be released by passing it to sqlite3_close()" (sqlite3_open manual).
            let text = unsafe String(cString: sqlite3_errstr(code))
            unsafe sqlite3_close_v2(opened)
            throw DatabaseError(code: code, operation: "open the database", text: text)
        }
        unsafe handle = opened
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, DatabaseLimits.busyTimeoutMilliseconds)
    }

    deinit {
        // Statements keep their connection alive, so by now there are none.
        unsafe sqlite3_close_v2(handle)
    }

    /// Once per process, before the first connection: "sqlite3_config() may only be invoked prior to library
    /// initialization" (sqlite3_config manual).
    private static let memoryStatisticsOff: Bool = polyrelay_sqlite_disable_memory_statistics() == SQLITE_OK

    /// Runs statements that return nothing and take no values.
    public func execute(_ sql: String, _ operation: StaticString) throws(DatabaseError) {
        try check(unsafe sqlite3_exec(handle, sql, nil, nil, nil), operation)
    }

    public func prepare(_ sql: String, _ operation: StaticString) throws(DatabaseError) -> Statement {
        try Statement(self, sql, operation)
    }

    /// Rows changed by the latest INSERT, UPDATE or DELETE.
    public var changedRows: Int { Int(unsafe sqlite3_changes64(handle)) }

    /// The value in the first column of the only row of a query such as a PRAGMA.
    public func scalar(_ sql: String, _ operation: StaticString) throws(DatabaseError) -> Int64 {
        let statement = try prepare(sql, operation)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// Keeps `logFrames` up to date. Replaces SQLite's automatic checkpoint: "any call to sqlite3_wal_autocheckpoint()
    /// or PRAGMA wal_autocheckpoint [uses] sqlite3_wal_hook() and will overwrite any prior settings" (manual).
    public func countLogFrames() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_wal_hook(
            handle,
            { context, _, _, frames in
                // The hook runs inside this connection's own COMMIT, so the object is alive.
                guard let context = unsafe context else { return SQLITE_OK }
                unsafe Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().logFrames = Int(frames)
                return SQLITE_OK
            }, context)
    }

    /// Copies what it can from the log into the database without waiting for anyone; frames that remain.
    public func checkpointPassively() throws(DatabaseError) -> Int {
        var logged: Int32 = 0
        var copied: Int32 = 0
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &logged, &copied)
        // BUSY: another checkpoint is running; all of its frames remain for our purposes.
        if code & 0xFF == SQLITE_BUSY { return Int(logged) }
        try check(code, "checkpoint")
        return Int(logged - copied)
    }

    /// Copies all of the log into the database and makes the log empty, so that the database's file is whole by itself.
    /// Waits for others' reads for as long as a lock is waited for; `busy` beyond that.
    public func checkpointToTheEnd() throws(DatabaseError) {
        try check(
            unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil), "empty the log")
    }

    func check(_ code: Int32, _ operation: StaticString) throws(DatabaseError) {
        guard code == SQLITE_OK else { throw failure(code, operation) }
    }

    func failure(_ code: Int32, _ operation: StaticString) -> DatabaseError {
        // sqlite3_errmsg may quote SQL of ours; bound values are never part of it.
        DatabaseError(code: code, operation: operation, text: unsafe String(cString: sqlite3_errmsg(handle)))
    }
}

/// The version of the SQLite library in use.
public var sqliteVersion: String { unsafe String(cString: sqlite3_libversion()) }
