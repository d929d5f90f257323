import Database
import Model
import Ports

/// Facets inside the writer's transaction. The writer thread's own.
struct FacetRows {
    private let connection: Connection
    private let personalities: PersonalityNumbers

    init(_ connection: Connection, personalities: PersonalityNumbers) {
        self.connection = connection
        self.personalities = personalities
    }

    /// An empty body takes the facet away.
    func put(_ facet: Facet) throws(DatabaseError) -> ChangeOutcome {
        guard let origin = personalities.number(facet.origin) else {
            return .refused(.internalError(incident: "unregistered personality"))
        }
        let sql =
            facet.body.isEmpty
            ? "DELETE FROM facet WHERE kind = ?1 AND row = ?2 AND origin = ?3"
            : """
            INSERT INTO facet (kind, row, origin, body) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET body = ?4
            """
        let statement = try connection.prepare(sql, "put a facet")
        statement.bind(1, facet.kind.rawValue)
        statement.bind(2, facet.row)
        statement.bind(3, origin)
        if !facet.body.isEmpty { statement.bind(4, facet.body) }
        try statement.run()
        return .done(serial: facet.row)
    }
}
