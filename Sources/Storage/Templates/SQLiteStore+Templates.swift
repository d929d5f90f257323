import Database
package import Model
package import Ports
import Rows

extension SQLiteStore {
    package func template(_ id: Template.ID) async throws(KernelFailure) -> Template? {
        let found = try read { reader throws(DatabaseError) in try reader.templates(personalities).template(id) }
        guard let found else { return nil }
        return try Self.readBack(found)
    }

    package func templates(_ query: TemplateQuery) async throws(KernelFailure) -> TemplatePage {
        let page = try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.templates(personalities).templates(query)
        }
        var templates: [Template] = []
        for row in page.rows { templates.append(try Self.readBack(row)) }
        return TemplatePage(templates: templates, total: page.total)
    }

    package func templateVersions(_ id: Template.ID) async throws(KernelFailure) -> [TemplateVersion] {
        let rows = try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.templates(personalities).versions(id)
        }
        var versions: [TemplateVersion] = []
        for row in rows { versions.append(try Self.readBack(row)) }
        return versions
    }

    private static func readBack<Value>(_ row: Result<Value, RecordError>) throws(KernelFailure) -> Value {
        switch row {
        case .success(let value): return value
        case .failure: throw .internalError(incident: "a template does not read back")
        }
    }
}
