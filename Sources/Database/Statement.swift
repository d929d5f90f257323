import CSQLite

/// A prepared statement. Bind from 1, step, read columns from 0, reset; then again.
///
/// Blobs and texts are copied by SQLite when bound. Not Sendable: it belongs to
/// its connection's thread.
@safe
public final class Statement {
    private let connection: Connection
    private let handle: OpaquePointer
    private let operation: StaticString

    init(_ connection: Connection, _ sql: String, _ operation: StaticString) throws(DatabaseError) {
        var prepared: OpaquePointer?
        // SQLITE_PREPARE_PERSISTENT: "the prepared statement will be retained for a long time and probably reused".
        let code = unsafe sqlite3_prepare_v3(
            connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else { throw connection.failure(code, operation) }
        self.connection = connection
        unsafe self.handle = prepared
        self.operation = operation
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// The statement's text, without the values that are bound: tests ask SQLite how it would go about it.
    public var sql: String { unsafe String(cString: sqlite3_sql(handle)) }

    // MARK: Binding

    // Binding fails only for an index that the SQL does not have, or for want of memory: both stop at the next step,
    // which then reports SQLITE_MISUSE or a wrong result of a statement of ours, so the result is asserted here.

    public func bind(_ index: Int32, _ value: Int64) {
        let code = unsafe sqlite3_bind_int64(handle, index, value)
        assert(code == SQLITE_OK)
    }

    public func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    public func bind(_ index: Int32, _ text: String) {
        var text = text
        let code = text.withUTF8 { utf8 in
            unsafe utf8.withMemoryRebound(to: CChar.self) { buffer in
                unsafe polyrelay_sqlite_bind_text(handle, index, buffer.baseAddress, Int32(buffer.count))
            }
        }
        assert(code == SQLITE_OK)
    }

    public func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { bindNull(index) }
    }

    public func bind(_ index: Int32, _ bytes: [UInt8]) {
        let code = unsafe bytes.withUnsafeBytes { buffer in
            unsafe polyrelay_sqlite_bind_blob(handle, index, buffer.baseAddress, UInt64(buffer.count))
        }
        assert(code == SQLITE_OK)
    }

    public func bind(_ index: Int32, _ bytes: [UInt8]?) {
        if let bytes { bind(index, bytes) } else { bindNull(index) }
    }

    /// Binds `bytes` while `body` runs, without a copy: for large values on a path that counts. `body` runs the
    /// statement to its end.
    public func binding<Value, Failure: Error>(
        _ index: Int32, _ bytes: [UInt8], _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        defer { bindNull(index) }
        return try unsafe bytes.span.withUnsafeBytes { (buffer) throws(Failure) in
            let code = unsafe polyrelay_sqlite_bind_static_blob(
                handle, index, buffer.baseAddress, UInt64(buffer.count))
            assert(code == SQLITE_OK)
            return try body()
        }
    }

    public func bindNull(_ index: Int32) {
        let code = unsafe sqlite3_bind_null(handle, index)
        assert(code == SQLITE_OK)
    }

    // MARK: Running

    /// The next row: true while there is one.
    public func step() throws(DatabaseError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let failure = connection.failure(code, operation)
            reset()
            throw failure
        }
    }

    /// Runs a statement that returns no rows, and makes it ready for the next use.
    public func run() throws(DatabaseError) {
        _ = try step()
        reset()
    }

    /// Ends the current use; bound values stay until they are bound again. A read that is not reset keeps its snapshot,
    /// and with it the write-ahead log, from being reused.
    public func reset() { unsafe sqlite3_reset(handle) }

    /// Calls `row` for every row, and resets.
    public func forEach(_ row: (Statement) throws(DatabaseError) -> Void) throws(DatabaseError) {
        defer { reset() }
        while try step() { try row(self) }
    }

    /// The first row as `row` reads it, nil without one; and resets.
    public func first<Value>(_ row: (Statement) -> Value) throws(DatabaseError) -> Value? {
        defer { reset() }
        return try step() ? row(self) : nil
    }

    // MARK: Columns

    public func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    public func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    public func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    public func text(_ column: Int32) -> String {
        guard let text = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    public func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    public func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    public func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
}
