/// One numbered step of the schema. Steps are only ever added: what a released version ran is never edited.
public struct Migration: Sendable {
    /// From 1, without gaps.
    public let number: Int
    public let name: String
    public let sql: String

    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}

/// A schema that this program cannot work with.
public enum MigrationError: Error, Equatable {
    /// The file was made by a newer version of the program. Permanent; the operator installs that version.
    case newer(found: Int, known: Int)
    case database(DatabaseError)
}

extension Connection {
    /// Brings the schema up to the last of `migrations`, in one transaction with one sync; the number stands in
    /// `user_version` and changes with the step. A step that fails leaves nothing, and those before it done. How many
    /// were run.
    public func migrate(_ migrations: [Migration]) throws(MigrationError) -> Int {
        do {
            let found = Int(try scalar("PRAGMA user_version", "read the schema version"))
            guard (0...migrations.count).contains(found) else {
                throw MigrationError.newer(found: found, known: migrations.count)
            }
            guard found < migrations.count else { return 0 }
            try execute("BEGIN IMMEDIATE", "begin the migrations")
            do throws(DatabaseError) {
                try run(migrations[found...])
            } catch {
                // What was done before it stays. Where the disk does not take that either, the next opening begins
                // where this one did, and the first error says why.
                try? execute("COMMIT", "commit the migrations")
                throw error
            }
            try execute("COMMIT", "commit the migrations")
            return migrations.count - found
        } catch let error as DatabaseError {
            throw .database(error)
        } catch let error as MigrationError {
            throw error
        } catch {
            throw .database(DatabaseError(code: 1, operation: "migrate", text: "unknown"))
        }
    }

    /// Inside the transaction, each step under a savepoint of its own.
    private func run(_ migrations: ArraySlice<Migration>) throws(DatabaseError) {
        for migration in migrations {
            try execute("SAVEPOINT step", "begin a migration")
            do throws(DatabaseError) {
                try execute(migration.sql, "run a migration")
                try execute("PRAGMA user_version = \(migration.number)", "set the schema version")
                try execute("RELEASE step", "end a migration")
            } catch {
                // Where the error has ended the whole transaction, there is no savepoint any more.
                try? execute("ROLLBACK TO step; RELEASE step", "take a migration back")
                throw error
            }
        }
    }
}
