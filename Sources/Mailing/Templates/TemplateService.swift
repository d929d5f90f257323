public import Base
import Kernel
public import Model
public import Ports

/// Keeps templates, and makes mail of them.
///
/// Any thread; calls come back on the caller's executor. What is reported as changed is on disk. Whatever is another
/// account's or another personality's is as absent as what does not exist.
public struct TemplateService: Sendable {
    private let store: any Store
    private let time: any TimeSource

    public init(store: any Store, time: any TimeSource) {
        self.store = store
        self.time = time
    }

    // MARK: Looking

    public func template(
        _ id: Template.ID, of tenant: Tenant
    ) async throws(KernelFailure) -> Template {
        guard let template = try await store.template(id), template.account == tenant.account,
            template.origin == tenant.origin
        else { throw .notFound(.template) }
        return template
    }

    /// Latest first. `limit`: at most `MailingLimits.templatesPerPageMax`.
    public func templates(_ query: TemplateQuery) async throws(KernelFailure) -> TemplatePage {
        var query = query
        query.limit = min(query.limit, MailingLimits.templatesPerPageMax)
        return try await store.templates(query)
    }

    /// The versions that are kept, latest first.
    public func versions(
        _ id: Template.ID, of tenant: Tenant
    ) async throws(KernelFailure) -> [TemplateVersion] {
        _ = try await template(id, of: tenant)
        return try await store.templateVersions(id)
    }

    // MARK: Changing

    /// A new template; a draft, unless it is to be published at once.
    public func create(
        _ name: String, _ content: TemplateContent, publishes: Bool, of tenant: Tenant
    ) async throws(KernelFailure) -> Template {
        try Self.check(name: name)
        try Self.check(content, isPublished: publishes)
        let new = NewTemplate(tenant: tenant, name: name, content: content, isPublished: publishes, at: time.now)
        return try await template(Template.ID(try await store.make(.template(.create(new)))), of: tenant)
    }

    /// nil: as it is. What is given becomes the draft.
    public func edit(
        _ id: Template.ID, name: String?, draft: TemplateContent?, of tenant: Tenant
    ) async throws(KernelFailure) -> Template {
        if let name { try Self.check(name: name) }
        if let draft { try Self.check(draft, isPublished: false) }
        try await store.make(.template(.edit(id, of: tenant, name: name, draft: draft, at: time.now)))
        return try await template(id, of: tenant)
    }

    /// Makes the draft what messages are made of. `notFound(.templateDraft)` where nothing was edited;
    /// `templateNotPublished` where there is nothing to send in it.
    public func publish(
        _ id: Template.ID, keeping versions: Int, of tenant: Tenant
    ) async throws(KernelFailure) -> Template {
        let template = try await template(id, of: tenant)
        if let draft = template.draft { try Self.check(draft, isPublished: true) }
        try await store.make(.template(.publish(id, of: tenant, keeping: versions, at: time.now)))
        return try await self.template(id, of: tenant)
    }

    public func discardDraft(
        _ id: Template.ID, of tenant: Tenant
    ) async throws(KernelFailure) -> Template {
        try await store.make(.template(.discardDraft(id, of: tenant, at: time.now)))
        return try await template(id, of: tenant)
    }

    /// With all of its versions. Messages that were made of it stay as they are.
    public func remove(_ id: Template.ID, of tenant: Tenant) async throws(KernelFailure) {
        try await store.make(.template(.remove(id, of: tenant)))
    }

    // MARK: Checks

    private static func check(name: String) throws(KernelFailure) {
        guard !name.isEmpty else { throw .invalid(FieldFault("name", .missing)) }
        guard name.count <= MailingLimits.templateNameMax else {
            throw .invalid(FieldFault("name", .length(maximum: MailingLimits.templateNameMax)))
        }
    }

    private static func check(_ content: TemplateContent, isPublished: Bool) throws(KernelFailure) {
        if let subject = content.subject {
            guard MailText.isSubject(subject), subject.utf8.count <= MailingLimits.templateSubjectBytesMax else {
                throw .invalid(FieldFault("subject", .headerValue))
            }
        }
        let bytes = (content.html?.utf8.count ?? 0) + (content.text?.utf8.count ?? 0)
        guard bytes <= MailingLimits.templateContentBytesMax else {
            throw .invalid(FieldFault("html", .size(maximum: MailingLimits.templateContentBytesMax)))
        }
        guard content.variables.count <= MailingLimits.templateVariablesMax else {
            throw .invalid(
                FieldFault("variables", .count(minimum: 0, maximum: MailingLimits.templateVariablesMax)))
        }
        if isPublished, !content.hasBody { throw .templateNotPublished }
    }

    // MARK: Rendering

    /// What the published version says with these variables. Happens once, at accept: what is accepted is finished.
    ///
    /// `templateNotPublished`; `templateVariablesMissing` with all required names that are missing;
    /// `templateIncomplete` or `messageTooLarge` beyond the bounds of `MailingLimits`.
    public func render(
        _ id: Template.ID, variables: [String: String], in dialect: TemplateDialect, of tenant: Tenant
    ) async throws(KernelFailure) -> RenderedTemplate {
        guard let version = try await template(id, of: tenant).published else { throw .templateNotPublished }
        let renderer = TemplateRenderer(dialect: dialect, variables: variables)
        return try renderer.render(version, of: id)
    }
}
