import Database

extension Schema {
    /// What is the operator's own.
    static let upkeep = Migration(
        number: 16, name: "upkeep",
        sql: """
            -- Lanes that are held back until somebody lets them go on.
            CREATE TABLE lane_pause (lane TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
            """)
}
