import Base
package import Model
package import Ports
import Synchronization

extension MemoryStore {
    struct Templates {
        var rows: [Template] = []
        var versions: [Template.ID: [TemplateVersion]] = [:]
        var made: Int64 = 0
    }

    package func template(_ id: Template.ID) async throws(KernelFailure) -> Template? {
        state.withLock { state in state.templates.rows.first { $0.id == id } }
    }

    package func templates(_ query: TemplateQuery) async throws(KernelFailure) -> TemplatePage {
        state.withLock { state in
            let found = state.templates.rows.reversed().filter { template in
                query.tenant.map { $0.account == template.account && $0.origin == template.origin } ?? true
            }
            return TemplatePage(
                templates: Array(found.dropFirst(query.offset).prefix(query.limit)), total: found.count)
        }
    }

    package func templateVersions(_ id: Template.ID) async throws(KernelFailure) -> [TemplateVersion] {
        state.withLock { state in (state.templates.versions[id] ?? []).reversed() }
    }

    func templateChange(_ change: TemplateChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .create(let new): create(new, &state)
        case .edit(let id, let tenant, let name, let draft, let at):
            Self.change(id, tenant, &state, at) { template, _ in
                if let name { template.name = name }
                if let draft { template.draft = draft }
                return .done(serial: id.value)
            }
        case .publish(let id, let tenant, let keeping, let at):
            Self.change(id, tenant, &state, at) { template, versions in
                guard let draft = template.draft else { return .refused(.notFound(.templateDraft)) }
                let version = TemplateVersion(
                    number: (template.published?.number ?? 0) + 1, publishedAt: at, content: draft)
                template.draft = nil
                template.published = version
                versions = (versions + [version]).suffix(max(keeping, 1))
                return .done(serial: Int64(version.number))
            }
        case .discardDraft(let id, let tenant, let at):
            Self.change(id, tenant, &state, at) { template, _ in
                guard template.draft != nil else { return .refused(.notFound(.templateDraft)) }
                template.draft = nil
                return .done(serial: id.value)
            }
        case .remove(let id, let tenant): Self.remove(id, tenant, &state)
        }
    }

    private func create(_ new: NewTemplate, _ state: inout State) -> ChangeOutcome {
        guard origins.contains(new.tenant.origin) else {
            return .refused(.internalError(incident: "unregistered personality"))
        }
        guard state.accounts.contains(where: { $0.id == new.tenant.account }) else {
            return .refused(.notFound(.account))
        }
        state.templates.made += 1
        let id = Template.ID(state.templates.made)
        let version = TemplateVersion(number: 1, publishedAt: new.at, content: new.content)
        if new.isPublished { state.templates.versions[id] = [version] }
        state.templates.rows.append(
            Template(
                id: id, account: new.tenant.account, origin: new.tenant.origin, name: new.name, createdAt: new.at,
                updatedAt: new.at, draft: new.isPublished ? nil : new.content,
                published: new.isPublished ? version : nil))
        return .done(serial: id.value)
    }

    private static func place(_ id: Template.ID, _ tenant: Tenant, _ state: State) -> Int? {
        state.templates.rows.firstIndex { $0.id == id && $0.account == tenant.account && $0.origin == tenant.origin }
    }

    private static func change(
        _ id: Template.ID, _ tenant: Tenant, _ state: inout State, _ at: Instant,
        _ body: (inout Template, inout [TemplateVersion]) -> ChangeOutcome
    ) -> ChangeOutcome {
        guard let place = place(id, tenant, state) else { return .refused(.notFound(.template)) }
        let outcome = body(&state.templates.rows[place], &state.templates.versions[id, default: []])
        if case .done = outcome { state.templates.rows[place].updatedAt = at }
        return outcome
    }

    private static func remove(
        _ id: Template.ID, _ tenant: Tenant, _ state: inout State
    ) -> ChangeOutcome {
        guard let place = place(id, tenant, state) else { return .refused(.notFound(.template)) }
        state.templates.rows.remove(at: place)
        state.templates.versions[id] = nil
        return .done(serial: id.value)
    }
}
