import Base
import Kernel
import Markup
public import Model

/// Fills in texts by one dialect and one set of variables. Pure.
public struct TemplateRenderer: Sendable {
    private let dialect: TemplateDialect
    private let variables: [String: String]

    public init(dialect: TemplateDialect, variables: [String: String]) {
        self.dialect = dialect
        self.variables = variables
    }

    /// All texts of a version; what it requires comes first.
    public func render(_ version: TemplateVersion, of id: Template.ID) throws(KernelFailure) -> RenderedTemplate {
        let content = version.content
        let required = content.variables.filter(\.isRequired).map(\.name).filter(isMissing)
        guard required.isEmpty else {
            throw .templateVariablesMissing([MissingVariables(recipient: UserData(""), names: required)])
        }
        var rendered = RenderedTemplate(
            subject: nil, html: nil, text: nil, use: TemplateUse(template: id, version: version.number), missing: [])
        rendered.subject = try fill(content.subject, as: .subject, &rendered.missing)
        rendered.html = try fill(content.html, as: .html, &rendered.missing)
        rendered.text = try fill(content.text, as: .text, &rendered.missing)
        return rendered
    }

    /// One text of a caller's own.
    public func fill(_ text: String, as part: TemplatePart) throws(KernelFailure) -> String {
        var missing: [String] = []
        return try fill(parsed(text), as: part, &missing)
    }

    private func fill(
        _ text: String?, as part: TemplatePart, _ missing: inout [String]
    ) throws(KernelFailure) -> String? {
        guard let text else { return nil }
        return try fill(parsed(text), as: part, &missing)
    }

    private func parsed(_ text: String) -> BracesTemplate {
        switch dialect.syntax {
        case .braces: BracesTemplate(text)
        }
    }

    private func fill(
        _ template: BracesTemplate, as part: TemplatePart, _ missing: inout [String]
    ) throws(KernelFailure) -> String {
        for name in template.names where variables[name] == nil && !missing.contains(name) { missing.append(name) }
        let filled: String
        do throws(RenderFault) {
            filled = try template.render(
                variables, missing: MissingValue(dialect.missing),
                escape: part == .html && dialect.escape == .html ? .html : .none,
                limits: RenderLimits(
                    steps: MailingLimits.renderStepsMax, outputBytes: MailingLimits.renderedBytesMax))
        } catch {
            throw KernelFailure(error)
        }
        if part == .subject { try Self.checkSubject(filled) }
        return filled
    }

    /// A value may have brought a line end with it.
    private static func checkSubject(_ text: String) throws(KernelFailure) {
        if !MailText.isSubject(text) { throw .invalid(FieldFault("subject", .headerValue)) }
    }

    private func isMissing(_ name: String) -> Bool {
        guard let value = variables[name] else { return true }
        return dialect.emptyIsMissing && value.isEmpty
    }
}

extension MissingValue {
    fileprivate init(_ missing: TemplateDialect.Missing) {
        switch missing {
        case .empty: self = .empty
        case .literal: self = .literal
        case .refused: self = .refused
        }
    }
}

extension KernelFailure {
    fileprivate init(_ fault: RenderFault) {
        switch fault {
        case .missing(let names):
            self = .templateVariablesMissing([MissingVariables(recipient: UserData(""), names: names)])
        case .tooManySteps: self = .templateIncomplete(.unrenderable(marker: "{{"))
        case .tooLong(let limit): self = .messageTooLarge(limitBytes: limit)
        }
    }
}
