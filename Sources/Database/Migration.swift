/// One numbered step of the schema. Steps are only ever added: what a released version ran is never edited.
package struct Migration: Sendable {
    /// From 1, without gaps.
    package let number: Int
    package let name: String
    package let sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}

/// A schema that this program cannot work with.
package enum MigrationError: Error, Equatable {
    /// The file was made by a newer version of the program. Permanent; the operator installs that version.
    case newer(found: Int, known: Int)
    case database(DatabaseError)
}

extension Connection {
    /// Brings the schema up to the last of `migrations`, each in a transaction of its own; the number stands in
    /// `user_version` and changes with the step. How many were run.
    package func migrate(_ migrations: [Migration]) throws(MigrationError) -> Int {
        do {
            let found = Int(try scalar("PRAGMA user_version", "read the schema version"))
            guard (0...migrations.count).contains(found) else {
                throw MigrationError.newer(found: found, known: migrations.count)
            }
            for migration in migrations[found...] {
                try execute("BEGIN IMMEDIATE", "begin a migration")
                try execute(migration.sql, "run a migration")
                try execute("PRAGMA user_version = \(migration.number)", "set the schema version")
                try execute("COMMIT", "commit a migration")
            }
            return migrations.count - found
        } catch let error as DatabaseError {
            throw .database(error)
        } catch let error as MigrationError {
            throw error
        } catch {
            throw .database(DatabaseError(code: 1, operation: "migrate", text: "unknown"))
        }
    }
}
