import CSQLite

extension Connection {
    /// Copies the whole database into that of `target`, in place of what it holds, a few pages at a time.
    ///
    /// What is copied is the state that this connection sees: where it is inside a transaction that has read, that
    /// snapshot, whatever is committed beside it meanwhile. Without one, a commit beside it begins the copy anew ("the
    /// backup will be automatically restarted by the next call to sqlite3_backup_step()", manual). `told`: how many of
    /// how many pages are copied, after each piece.
    public func copy(to target: Connection, told: (_ copied: Int, _ all: Int) -> Void) throws(DatabaseError) {
        guard let backup = unsafe sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw target.failure(unsafe sqlite3_errcode(target.handle), "begin the copy")
        }
        var code = SQLITE_OK
        while code == SQLITE_OK {
            code = unsafe sqlite3_backup_step(backup, DatabaseLimits.pagesPerCopyStep)
            let all = Int(unsafe sqlite3_backup_pagecount(backup))
            told(all - Int(unsafe sqlite3_backup_remaining(backup)), all)
        }
        let end = unsafe sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE, end == SQLITE_OK else {
            throw target.failure(code == SQLITE_DONE ? end : code, "copy the database")
        }
    }
}
