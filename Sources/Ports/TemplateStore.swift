public import Base
public import Model

/// The part of the `Store` port that templates need; its contract is the `Store`'s.
public protocol TemplateStore: Sendable {
    /// A template with its draft and its latest version; nil where there is none.
    func template(_ id: Template.ID) async throws(KernelFailure) -> Template?

    /// Latest first, by page, with the number of all.
    func templates(_ query: TemplateQuery) async throws(KernelFailure) -> TemplatePage

    /// The versions that are kept, latest first.
    func templateVersions(_ id: Template.ID) async throws(KernelFailure) -> [TemplateVersion]
}

/// A page of templates, latest first.
public struct TemplateQuery: Sendable {
    /// nil: every account's and every personality's, for the operator.
    public var tenant: Tenant?
    public var offset: Int
    public var limit: Int

    public init(tenant: Tenant?, offset: Int, limit: Int) {
        self.tenant = tenant
        self.offset = offset
        self.limit = limit
    }
}

public struct TemplatePage: Sendable, Equatable {
    public var templates: [Template]
    /// All that match, over all pages.
    public var total: Int

    public init(templates: [Template], total: Int) {
        self.templates = templates
        self.total = total
    }
}

/// What happens to templates. Each change names whose template it is: anybody else's is `notFound`.
public enum TemplateChange: Sendable {
    /// The serial is the new one's, and never another template's. `notFound` without the account.
    case create(NewTemplate)
    /// nil: as it is. What is given becomes the draft.
    case edit(Template.ID, of: Tenant, name: String?, draft: TemplateContent?, at: Instant)
    /// Makes the draft the latest version, and forgets the oldest ones beyond `keeping`. The serial is the version's
    /// number. `notFound(.templateDraft)` where nothing was edited since the latest one.
    case publish(Template.ID, of: Tenant, keeping: Int, at: Instant)
    /// Forgets what was edited; `notFound(.templateDraft)` where nothing was.
    case discardDraft(Template.ID, of: Tenant, at: Instant)
    /// With all of its versions.
    case remove(Template.ID, of: Tenant)
}

/// A template on its way into the store.
public struct NewTemplate: Sendable {
    public var tenant: Tenant
    public var name: String
    public var content: TemplateContent
    /// It is version 1 at once, and else a draft.
    public var isPublished: Bool
    public var at: Instant

    public init(
        tenant: Tenant, name: String, content: TemplateContent, isPublished: Bool, at: Instant
    ) {
        self.tenant = tenant
        self.name = name
        self.content = content
        self.isPublished = isPublished
        self.at = at
    }
}
