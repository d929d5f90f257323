import Database
import Model

/// The small numbers that stand for personalities in message rows. Fixed once the store is open. Any thread.
struct PersonalityNumbers: Sendable {
    private let numbers: [PersonalityID: Int64]
    private let ids: [Int64: PersonalityID]

    /// Reads the table and adds what is missing from it.
    init(_ connection: Connection, origins: [PersonalityID]) throws(DatabaseError) {
        let insert = try connection.prepare(
            "INSERT OR IGNORE INTO personality (name) VALUES (?)", "name a personality")
        for origin in origins.sorted() {
            insert.bind(1, origin.name)
            try insert.run()
        }
        var numbers: [PersonalityID: Int64] = [:]
        try connection.prepare("SELECT id, name FROM personality", "read personalities").forEach { row in
            numbers[PersonalityID(row.text(1))] = row.integer(0)
        }
        self.numbers = numbers
        ids = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })
    }

    func number(_ id: PersonalityID) -> Int64? { numbers[id] }

    /// A message's origin; one that is not in the table cannot be in a message row.
    func id(_ number: Int64) -> PersonalityID { ids[number] ?? PersonalityID("") }
}
