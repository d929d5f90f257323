import Database
import Model
import Ports
import TestKit
import Testing

@testable import Storage

/// A statement that scans is quick in every test and slow in production, so SQLite is asked how it would go about it.
@Suite("Query plans")
struct QueryPlanTests {
    private let folder: TemporaryFolder
    private let connection: Connection

    init() throws {
        folder = try TemporaryFolder()
        connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        _ = try connection.migrate(Schema.migrations)
    }

    /// Both directions of a list.
    private static let windows = [false, true].map { ListWindow(isBackward: $0, place: 0, limit: 10) }

    private func plan(_ sql: String) throws -> [String] {
        var steps: [String] = []
        try connection.prepare("EXPLAIN QUERY PLAN " + sql, "explain").forEach { steps.append($0.text(3)) }
        return steps
    }

    /// The statements among the stored properties of `value`, by name.
    private func statements(of value: Any) -> [(name: String, sql: String)] {
        Mirror(reflecting: value).children.compactMap { child in
            (child.value as? Statement).map { (child.label ?? "", $0.sql) }
        }
    }

    @Test("No statement that the writer keeps scans or sorts")
    func writer() throws {
        let numbers = try PersonalityNumbers(connection, origins: [Fixture.personality])
        let applier = try Applier(
            connection: connection, personalities: numbers, recordKeys: RecordKeys(), webhooks: [:], suppressing: [:],
            started: Fixture.start)
        // Rows of relays keep theirs one level deeper, and have a test of their own. A purge runs once an hour.
        let kept =
            self.statements(of: applier)
            + Mirror(reflecting: applier).children.flatMap { child in self.statements(of: child.value) }
        #expect(kept.count >= 25)
        for (name, sql) in kept where name != "purge" {
            let steps = try plan(sql).filter {
                $0.hasPrefix("SCAN") && $0 != "SCAN CONSTANT ROW" || $0.contains("TEMP B-TREE")
            }
            #expect(steps == [], "\(name)")
        }
    }

    @Test("No statement that a reader keeps scans or sorts")
    func reader() throws {
        let statements = statements(of: try Reader(path: folder.file("a.db")))
        #expect(statements.count >= 4)
        for (name, sql) in statements {
            let steps = try plan(sql).filter { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }
            #expect(steps == [], "\(name)")
        }
    }

    @Test("Nothing about relayed requests scans or sorts, whatever state is asked for")
    func relays() throws {
        let numbers = try PersonalityNumbers(connection, origins: [Fixture.personality])
        let kept =
            statements(of: try RelayStatements(connection))
            + statements(of: try RelayReader(connection, personalities: numbers))
        #expect(kept.count >= 10)
        let lists = ([nil] + Relay.State.allCases).flatMap { state in
            Self.windows.map { ("list", RelayReader.listSQL(state, $0)) }
        }
        for (name, sql) in kept + lists {
            let steps = try plan(sql).filter {
                $0.hasPrefix("SCAN") && $0 != "SCAN CONSTANT ROW" || $0.contains("TEMP B-TREE")
            }
            #expect(steps == [], "\(name)")
        }
    }

    @Test("An owner's list runs along the owner's index, without sorting")
    func lists() throws {
        for (window, sign) in zip(Self.windows, ["<", ">"]) {
            let steps = try plan(Reader.listSQL(ofOwner: true, window))
            #expect(
                steps == ["SEARCH m USING INDEX message_by_owner (account=? AND origin=? AND id\(sign)?)"])
        }
    }

    @Test("Everybody's list runs along the serials, without sorting")
    func wholeList() throws {
        for (window, sign) in zip(Self.windows, ["<", ">"]) {
            #expect(
                try plan(Reader.listSQL(ofOwner: false, window))
                    == ["SEARCH m USING INTEGER PRIMARY KEY (rowid\(sign)?)"])
        }
    }

    @Test("Templates are found by their number and listed along their owner's index")
    func templates() throws {
        #expect(
            try plan("SELECT \(TemplateReader.columns) WHERE t.id = ?") == [
                "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)",
                "SEARCH v USING INDEX sqlite_autoindex_template_version_1 (template=? AND number=?) LEFT-JOIN",
            ])
        #expect(
            try plan(TemplateReader.listSQL(TemplateQuery(tenant: Fixture.owner, offset: 0, limit: 1))).first
                == "SEARCH t USING INDEX template_by_owner (account=? AND origin=?)")
    }

    @Test("A scan would be seen")
    func canary() throws {
        #expect(
            try plan("SELECT 1 FROM event WHERE kind = 1 ORDER BY at") == [
                "SCAN event", "USE TEMP B-TREE FOR ORDER BY",
            ])
    }
}
