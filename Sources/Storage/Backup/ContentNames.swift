import Database

/// The names of large contents that rows know.
enum ContentNames {
    static func all(_ connection: Connection) throws(DatabaseError) -> Set<String> {
        var names: Set<String> = []
        try connection.prepare("SELECT name FROM content UNION ALL SELECT name FROM relay_content", "list contents")
            .forEach { names.insert($0.text(0)) }
        return names
    }
}
