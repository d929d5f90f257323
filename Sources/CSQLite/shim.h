// SQLite's C interface. Imported by Database alone.
#ifndef POLYRELAY_CSQLITE_H
#define POLYRELAY_CSQLITE_H

#include <sqlite3.h>

// sqlite3_config is variadic; memory statistics off (measured: up to 5 % of the write path).
static inline int polyrelay_sqlite_disable_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

// SQLITE_TRANSIENT is a cast of -1, which Swift cannot import.
// An empty value may come without an address, and a null pointer would bind NULL.
static inline int polyrelay_sqlite_bind_text(sqlite3_stmt *s, int i, const char *p, int n) {
    return sqlite3_bind_text(s, i, p ? p : "", n, SQLITE_TRANSIENT);
}
static inline int polyrelay_sqlite_bind_blob(sqlite3_stmt *s, int i, const void *p, sqlite3_uint64 n) {
    return sqlite3_bind_blob64(s, i, p ? p : "", n, SQLITE_TRANSIENT);
}
static inline int polyrelay_sqlite_bind_static_blob(sqlite3_stmt *s, int i, const void *p, sqlite3_uint64 n) {
    return sqlite3_bind_blob64(s, i, p ? p : "", n, SQLITE_STATIC);
}

#endif
