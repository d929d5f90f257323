import AdapterKit
import Base
import Mailing
import Model
import Ports
import Storage

extension Operator {
    func createTemplate(_ given: Arguments) async throws(KernelFailure) -> OperatorReply {
        let name = try given.needed("personality")
        guard let personality = runtime.personality(PersonalityID(name)), personality.templates != nil else {
            let known = runtime.personalities.filter { $0.templates != nil }.map(\.id.name).joined(separator: ", ")
            return .refused("--personality \(name): allowed: \(known)", exit: .usage)
        }
        let tenant = Tenant(account: Account.ID(try given.neededNumber("account")), origin: personality.id)
        let template = try await runtime.templates.create(
            given.operand, Self.content(given, over: nil), publishes: !given.flag("draft"), of: tenant)
        return .json(describe.template(template, runtime, isWhole: true))
    }

    func listTemplates(_ account: Int64?, _ place: ListPlace) async throws(KernelFailure) -> OperatorReply {
        // Templates are written by people, so there are not many.
        let query = TemplateQuery(tenant: nil, offset: 0, limit: RuntimeLimits.skipMax)
        let all = try await runtime.templates.templates(query).templates
        let found = all.filter { account == nil || $0.tenant.account.value == account }.sorted { $0.id < $1.id }
        return .json(describe.templates(place.cut(found), runtime))
    }

    func showTemplate(_ text: String) async throws(KernelFailure) -> OperatorReply {
        .json(describe.template(try await template(text), runtime, isWhole: true))
    }

    func editTemplate(_ given: Arguments) async throws(KernelFailure) -> OperatorReply {
        let template = try await template(given.operand)
        let draft = Self.content(given, over: template.draft ?? template.published?.content)
        let edited = try await runtime.templates.edit(
            template.id, name: given.text("name"), draft: draft, of: template.tenant)
        return .json(describe.template(edited, runtime, isWhole: true))
    }

    func publishTemplate(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let template = try await template(text)
        let kept = runtime.personality(template.origin)?.templates?.versionsMax ?? MailingLimits.templateVersionsKept
        let published = try await runtime.templates.publish(template.id, keeping: kept, of: template.tenant)
        return .json(describe.template(published, runtime, isWhole: false))
    }

    func discardTemplate(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let template = try await template(text)
        let discarded = try await runtime.templates.discardDraft(template.id, of: template.tenant)
        return .json(describe.template(discarded, runtime, isWhole: false))
    }

    func listTemplateVersions(_ text: String, _ place: ListPlace) async throws(KernelFailure) -> OperatorReply {
        let template = try await template(text)
        // Latest first.
        let versions = try await runtime.templates.versions(template.id, of: template.tenant)
        return .json(describe.templateVersions(place.cut(versions.reversed())))
    }

    func removeTemplate(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let template = try await template(text)
        try await runtime.templates.remove(template.id, of: template.tenant)
        return .json(JSONWriter.object { $0.member("removed", describe.templateID(template, runtime)) })
    }

    // MARK: Inside

    /// A template's id as its personality writes it, or the kernel's own number.
    private func template(_ text: String) async throws(KernelFailure) -> Template {
        var ids = runtime.personalities.compactMap { runtime.ids($0).templates.id(in: text) }
        if let number = Int64(text) { ids.append(Template.ID(number)) }
        for id in ids {
            if let template = try await runtime.store.template(id) { return template }
        }
        throw .notFound(.template)
    }

    /// What the options say, and the rest as it was.
    private static func content(_ given: Arguments, over old: TemplateContent?) -> TemplateContent {
        var content = old ?? TemplateContent(subject: nil, html: nil, text: nil)
        content.subject = given.text("subject") ?? content.subject
        content.html = given.text("html") ?? content.html
        content.text = given.text("text") ?? content.text
        if given.text("require") != nil {
            content.variables = given.list("require").map { TemplateVariable(name: $0, isRequired: true) }
        }
        return content
    }
}

extension Template {
    fileprivate var tenant: Tenant { Tenant(account: account, origin: origin) }
}

extension OperatorJSON {
    fileprivate func templateID(_ template: Template, _ runtime: KernelRuntime) -> String {
        runtime.personality(template.origin).map { runtime.ids($0).templates.text(template.id) }
            ?? String(template.id.value)
    }

    fileprivate func template(_ template: Template, _ runtime: KernelRuntime, isWhole: Bool) -> [UInt8] {
        JSONWriter.object { write(template, runtime, isWhole: isWhole, &$0) }
    }

    fileprivate func templates(_ templates: [Template], _ runtime: KernelRuntime) -> [UInt8] {
        JSONWriter.array { array in
            for template in templates { array.object { write(template, runtime, isWhole: false, &$0) } }
        }
    }

    fileprivate func templateVersions(_ versions: [TemplateVersion]) -> [UInt8] {
        JSONWriter.array { array in
            for version in versions {
                array.object { object in
                    object.member("version", version.number)
                    object.member("publishedAt", version.publishedAt.rfc3339(.milliseconds))
                    object.member("subject", version.content.subject)
                    object.member("required", version.content.variables.filter(\.isRequired).map(\.name))
                }
            }
        }
    }

    private func write(
        _ template: Template, _ runtime: KernelRuntime, isWhole: Bool, _ object: inout JSONObjectWriter
    ) {
        let content = template.draft ?? template.published?.content
        object.member("id", templateID(template, runtime))
        object.member("serial", template.id.value)
        object.member("account", template.account.value)
        object.member("personality", template.origin.name)
        object.member("name", template.name)
        object.member("version", template.published?.number)
        object.member("hasDraft", template.draft != nil)
        object.member("subject", content?.subject)
        object.member("required", content?.variables.filter(\.isRequired).map(\.name) ?? [])
        object.member("createdAt", template.createdAt.rfc3339(.milliseconds))
        object.member("updatedAt", template.updatedAt.rfc3339(.milliseconds))
        guard isWhole else { return }
        object.member("html", content?.html)
        object.member("text", content?.text)
    }
}
