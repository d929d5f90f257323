import Base
package import Mailing
public import Model

/// What a dialect's callers do with templates: as far as they are their account's and this personality's. A template is
/// filled in by the personality's own dialect (`Personality.templates`).
///
/// Comes back on the shard.
public struct TemplateDesk: Sendable {
    private let service: TemplateService
    private let dialect: TemplateDialect?
    private let tenant: Tenant?

    package init(_ service: TemplateService, dialect: TemplateDialect?, tenant: Tenant?) {
        self.service = service
        self.dialect = dialect
        self.tenant = tenant
    }

    /// What the version that was published last says with these variables. `notFound`, `templateNotPublished`,
    /// `templateVariablesMissing` with all that are required and missing, or a fault of the field `subject` that a
    /// value has brought a line end to.
    public func render(
        _ id: Template.ID, variables: [String: String]
    ) async throws(KernelFailure) -> RenderedTemplate {
        guard let tenant else { throw .credentialMissing }
        return try await service.render(id, variables: variables, in: known(), of: tenant)
    }

    /// A text of the caller's own, filled in as one of a template is.
    public func fill(
        _ text: String, _ variables: [String: String], as part: TemplatePart
    ) throws(KernelFailure) -> String {
        try TemplateRenderer(dialect: known(), variables: variables).fill(text, as: part)
    }

    private func known() throws(KernelFailure) -> TemplateDialect {
        guard let dialect else { throw .internalError(incident: "a personality without templates asks for one") }
        return dialect
    }
}
