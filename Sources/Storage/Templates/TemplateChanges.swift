import Base
import Database
import Model
import Ports
import Rows

/// Templates inside the writer's transaction. Changed by hand, so nothing is kept prepared.
struct TemplateChanges {
    let connection: Connection
    let personalities: PersonalityNumbers

    init(_ connection: Connection, _ personalities: PersonalityNumbers) {
        self.connection = connection
        self.personalities = personalities
    }

    func apply(_ change: TemplateChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .create(let template): try create(template)
        case .edit(let id, let tenant, let name, let draft, let at): try edit(id, tenant, name, draft, at)
        case .publish(let id, let tenant, let keeping, let at): try publish(id, tenant, keeping, at)
        case .discardDraft(let id, let tenant, let at): try discardDraft(id, tenant, at)
        case .remove(let id, let tenant): try remove(id, tenant)
        }
    }

    private func create(_ template: NewTemplate) throws(DatabaseError) -> ChangeOutcome {
        guard let origin = personalities.number(template.tenant.origin) else {
            return .refused(.internalError(incident: "unregistered personality"))
        }
        let account = try connection.prepare("SELECT 1 FROM account WHERE id = ?", "look for an account")
        account.bind(1, template.tenant.account.value)
        guard try account.first({ _ in true }) == true else { return .refused(.notFound(.account)) }
        let content = TemplateRecord.bytes(of: template.content)
        let insert = try connection.prepare(
            """
            INSERT INTO template (account, origin, name, created, updated, draft, version)
            VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6) RETURNING id
            """, "make a template")
        insert.bind(1, template.tenant.account.value)
        insert.bind(2, origin)
        insert.bind(3, template.name)
        insert.bind(4, template.at.nanoseconds)
        insert.bind(5, template.isPublished ? nil : content)
        insert.bind(6, template.isPublished ? 1 : 0)
        guard let id = try insert.first({ $0.integer(0) }) else {
            return .refused(.internalError(incident: "no row was made"))
        }
        if template.isPublished { try addVersion(1, of: id, content, template.at) }
        return .done(serial: id)
    }

    private func edit(
        _ id: Template.ID, _ tenant: Tenant, _ name: String?, _ draft: TemplateContent?, _ at: Instant
    ) throws(DatabaseError) -> ChangeOutcome {
        guard try find(id, tenant) != nil else { return .refused(.notFound(.template)) }
        let update = try connection.prepare(
            "UPDATE template SET name = ifnull(?2, name), draft = ifnull(?3, draft), updated = ?4 WHERE id = ?1",
            "edit a template")
        update.bind(1, id.value)
        update.bind(2, name)
        update.bind(3, draft.map(TemplateRecord.bytes))
        update.bind(4, at.nanoseconds)
        try update.run()
        return .done(serial: id.value)
    }

    private func publish(
        _ id: Template.ID, _ tenant: Tenant, _ keeping: Int, _ at: Instant
    ) throws(DatabaseError) -> ChangeOutcome {
        guard let found = try find(id, tenant) else { return .refused(.notFound(.template)) }
        guard let draft = found.draft else { return .refused(.notFound(.templateDraft)) }
        let number = found.version + 1
        try addVersion(number, of: id.value, draft, at)
        let update = try connection.prepare(
            "UPDATE template SET draft = NULL, version = ?2, updated = ?3 WHERE id = ?1", "publish a template")
        update.bind(1, id.value)
        update.bind(2, number)
        update.bind(3, at.nanoseconds)
        try update.run()
        let forget = try connection.prepare(
            "DELETE FROM template_version WHERE template = ?1 AND number <= ?2", "forget old versions")
        forget.bind(1, id.value)
        forget.bind(2, number - Int64(max(keeping, 1)))
        try forget.run()
        return .done(serial: number)
    }

    private func discardDraft(
        _ id: Template.ID, _ tenant: Tenant, _ at: Instant
    ) throws(DatabaseError) -> ChangeOutcome {
        guard let found = try find(id, tenant) else { return .refused(.notFound(.template)) }
        guard found.draft != nil else { return .refused(.notFound(.templateDraft)) }
        let update = try connection.prepare(
            "UPDATE template SET draft = NULL, updated = ?2 WHERE id = ?1", "discard a draft")
        update.bind(1, id.value)
        update.bind(2, at.nanoseconds)
        try update.run()
        return .done(serial: id.value)
    }

    private func remove(_ id: Template.ID, _ tenant: Tenant) throws(DatabaseError) -> ChangeOutcome {
        guard try find(id, tenant) != nil else { return .refused(.notFound(.template)) }
        let delete = try connection.prepare("DELETE FROM template WHERE id = ?", "remove a template")
        delete.bind(1, id.value)
        try delete.run()
        return .done(serial: id.value)
    }

    // MARK: Inside

    /// The tenant's template: its draft and the number of its latest version.
    private func find(
        _ id: Template.ID, _ tenant: Tenant
    ) throws(DatabaseError) -> (draft: [UInt8]?, version: Int64)? {
        guard let origin = personalities.number(tenant.origin) else { return nil }
        let select = try connection.prepare(
            "SELECT draft, version FROM template WHERE id = ? AND account = ? AND origin = ?", "look for a template")
        select.bind(1, id.value)
        select.bind(2, tenant.account.value)
        select.bind(3, origin)
        return try select.first { (draft: $0.optionalBytes(0), version: $0.integer(1)) }
    }

    private func addVersion(
        _ number: Int64, of template: Int64, _ content: [UInt8], _ at: Instant
    ) throws(DatabaseError) {
        let insert = try connection.prepare(
            "INSERT INTO template_version (template, number, at, content) VALUES (?, ?, ?, ?)", "add a version")
        insert.bind(1, template)
        insert.bind(2, number)
        insert.bind(3, at.nanoseconds)
        insert.bind(4, content)
        try insert.run()
    }
}
