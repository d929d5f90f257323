import Base
import Database
import Model
import Ports
import Rows

/// A connection's reads of templates. What is read for every message that is made of one is prepared once, at its first
/// use.
final class TemplateReader {
    private let connection: Connection
    private let personalities: PersonalityNumbers
    private var templateByID: Statement?

    static let columns = """
        t.id, t.account, t.origin, t.name, t.created, t.updated, t.draft, t.version, v.at, v.content FROM template t
        LEFT JOIN template_version v ON v.template = t.id AND v.number = t.version
        """

    init(_ connection: Connection, personalities: PersonalityNumbers) {
        self.connection = connection
        self.personalities = personalities
    }

    func template(_ id: Template.ID) throws(DatabaseError) -> Result<Template, RecordError>? {
        let select: Statement
        if let templateByID {
            select = templateByID
        } else {
            select = try connection.prepare("SELECT \(Self.columns) WHERE t.id = ?", "read a template")
            templateByID = select
        }
        select.bind(1, id.value)
        return try select.first { self.template($0) }
    }

    func templates(
        _ query: TemplateQuery
    ) throws(DatabaseError) -> (rows: [Result<Template, RecordError>], total: Int) {
        let count = try connection.prepare(
            "SELECT count(*) FROM template t \(Self.condition(query))", "count templates")
        bindTenant(query, count)
        let total = Int(try count.first { $0.integer(0) } ?? 0)
        let list = try connection.prepare(Self.listSQL(query), "list templates")
        bindTenant(query, list)
        list.bind(3, Int64(query.limit))
        list.bind(4, Int64(query.offset))
        var rows: [Result<Template, RecordError>] = []
        try list.forEach { rows.append(self.template($0)) }
        return (rows, total)
    }

    static func listSQL(_ query: TemplateQuery) -> String {
        "SELECT \(columns) \(condition(query)) ORDER BY t.id DESC LIMIT ?3 OFFSET ?4"
    }

    private static func condition(_ query: TemplateQuery) -> String {
        query.tenant == nil ? "" : "WHERE t.account = ?1 AND t.origin = ?2"
    }

    private func bindTenant(_ query: TemplateQuery, _ statement: Statement) {
        guard let tenant = query.tenant else { return }
        statement.bind(1, tenant.account.value)
        statement.bind(2, personalities.number(tenant.origin) ?? 0)
    }

    func versions(_ id: Template.ID) throws(DatabaseError) -> [Result<TemplateVersion, RecordError>] {
        let select = try connection.prepare(
            "SELECT number, at, content FROM template_version WHERE template = ? ORDER BY number DESC",
            "list a template's versions")
        select.bind(1, id.value)
        var versions: [Result<TemplateVersion, RecordError>] = []
        try select.forEach { row in
            let (number, at, content) = (row.integer(0), row.integer(1), row.bytes(2))
            versions.append(Self.version(number, at, content))
        }
        return versions
    }

    private func template(_ row: Statement) -> Result<Template, RecordError> {
        let published = row.optionalBytes(9).map { Self.version(row.integer(7), row.integer(8), $0) }
        let draft = row.optionalBytes(6)
        let (account, origin, name) = (row.integer(1), personalities.id(row.integer(2)), row.text(3))
        let (id, created, updated) = (row.integer(0), row.integer(4), row.integer(5))
        return Result { () throws(RecordError) in
            Template(
                id: Template.ID(id), account: Account.ID(account), origin: origin, name: name,
                createdAt: Instant(nanoseconds: created), updatedAt: Instant(nanoseconds: updated),
                draft: try draft.map { bytes throws(RecordError) in try TemplateRecord.content(bytes) },
                published: try published.map { version throws(RecordError) in try version.get() })
        }
    }

    private static func version(
        _ number: Int64, _ at: Int64, _ content: [UInt8]
    ) -> Result<TemplateVersion, RecordError> {
        Result { () throws(RecordError) in
            TemplateVersion(
                number: Int(number), publishedAt: Instant(nanoseconds: at),
                content: try TemplateRecord.content(content))
        }
    }
}
