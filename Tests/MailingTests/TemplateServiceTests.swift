import Base
import Mailing
import Model
import Ports
import TestKit
import Testing

@Suite("Templates")
struct TemplateServiceTests {
    private let store = MemoryStore()
    private let time = HandTime()
    private let dialect = TemplateDialect(
        syntax: .braces, missing: .literal, escape: .none, emptyIsMissing: true, versionsMax: 50)

    private var service: TemplateService { TemplateService(store: store, time: time) }

    private func account() async throws {
        try await store.make(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
    }

    private func content(
        subject: String? = "Hi {{name}}", html: String? = "<p>{{name}}</p>", text: String? = "{{name}} {{other}}",
        required: [String] = ["name"]
    ) -> TemplateContent {
        TemplateContent(
            subject: subject, html: html, text: text,
            variables: required.map { TemplateVariable(name: $0, isRequired: true) })
    }

    private func published(_ content: TemplateContent) async throws -> Template.ID {
        try await account()
        return try await service.create("Welcome", content, publishes: true, of: Fixture.owner).id
    }

    private func render(_ id: Template.ID, _ variables: [String: String]) async throws -> RenderedTemplate {
        try await service.render(id, variables: variables, in: dialect, of: Fixture.owner)
    }

    @Test("All texts of the published version are filled in, and what is missing is told")
    func render() async throws {
        let id = try await published(content())
        let rendered = try await render(id, ["name": "<Ada>"])
        #expect(
            rendered
                == RenderedTemplate(
                    subject: "Hi <Ada>", html: "<p><Ada></p>", text: "<Ada> {{other}}",
                    use: TemplateUse(template: id, version: 1), missing: ["other"]))
    }

    @Test("Where the dialect says so, values are text in HTML and nowhere else, and what is missing leaves nothing")
    func otherDialect() async throws {
        let id = try await published(content())
        let dialect = TemplateDialect(
            syntax: .braces, missing: .empty, escape: .html, emptyIsMissing: false, versionsMax: 50)
        let rendered = try await service.render(id, variables: ["name": "<"], in: dialect, of: Fixture.owner)
        #expect(rendered.subject == "Hi <" && rendered.html == "<p>&lt;</p>" && rendered.text == "< ")
    }

    @Test("A required variable that is absent or empty is refused with all that are")
    func required() async throws {
        let id = try await published(content(required: ["name", "other", "third"]))
        await #expect(
            throws: KernelFailure.templateVariablesMissing([
                MissingVariables(recipient: UserData(""), names: ["other", "third"])
            ])
        ) { try await render(id, ["name": "x", "other": ""]) }
    }

    @Test("A value with a line end does not get into a subject")
    func subjectInjection() async throws {
        let id = try await published(content())
        await #expect(throws: KernelFailure.invalid(FieldFault("subject", .headerValue))) {
            try await render(id, ["name": "x\r\nBcc: eve@example.net"])
        }
    }

    @Test("Until it is published nothing is made of a template, and then of what was published last")
    func publication() async throws {
        try await account()
        let id = try await service.create("Welcome", content(), publishes: false, of: Fixture.owner).id
        await #expect(throws: KernelFailure.templateNotPublished) { try await render(id, ["name": "x"]) }
        _ = try await service.publish(id, keeping: 50, of: Fixture.owner)
        _ = try await service.edit(id, name: nil, draft: content(subject: "New"), of: Fixture.owner)
        #expect(try await render(id, ["name": "x"]).subject == "Hi x")
        let template = try await service.publish(id, keeping: 50, of: Fixture.owner)
        #expect(template.published?.number == 2)
        let rendered = try await render(id, ["name": "x"])
        #expect(rendered.subject == "New" && rendered.use == TemplateUse(template: id, version: 2))
    }

    @Test("A template without a body is not published")
    func noBody() async throws {
        try await account()
        let empty = content(html: nil, text: nil)
        await #expect(throws: KernelFailure.templateNotPublished) {
            try await service.create("Welcome", empty, publishes: true, of: Fixture.owner)
        }
        let id = try await service.create("Welcome", empty, publishes: false, of: Fixture.owner).id
        await #expect(throws: KernelFailure.templateNotPublished) {
            try await service.publish(id, keeping: 50, of: Fixture.owner)
        }
    }

    @Test("Another tenant's template is not there")
    func tenants() async throws {
        let id = try await published(content())
        let other = Tenant(account: Account.ID(2), origin: Fixture.personality)
        await #expect(throws: KernelFailure.notFound(.template)) {
            try await service.render(id, variables: ["name": "x"], in: dialect, of: other)
        }
        await #expect(throws: KernelFailure.notFound(.template)) { try await service.remove(id, of: other) }
        await #expect(throws: KernelFailure.notFound(.template)) { try await service.versions(id, of: other) }
        #expect(try await service.template(id, of: Fixture.owner).name == "Welcome")
    }

    @Test("A name that is empty or too long, a subject of two lines and too much content are refused")
    func limits() async throws {
        try await account()
        let long = String(repeating: "x", count: MailingLimits.templateContentBytesMax + 1)
        for (name, content, field) in [
            ("", content(), "name"), (String(repeating: "n", count: 256), content(), "name"),
            ("n", content(subject: "a\nb"), "subject"), ("n", content(html: long), "html"),
        ] {
            do throws(KernelFailure) {
                _ = try await service.create(name, content, publishes: true, of: Fixture.owner)
                Issue.record("\(field) was taken")
            } catch {
                guard case .invalid(let fault, _) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(fault.field == field)
            }
        }
    }

    @Test("A text beyond the bounds is refused and not cut")
    func bounds() async throws {
        let wide = String(repeating: "{{name}}", count: 5000)
        let id = try await published(content(html: wide))
        await #expect(throws: KernelFailure.messageTooLarge(limitBytes: MailingLimits.renderedBytesMax)) {
            try await render(id, ["name": String(repeating: "x", count: 1000)])
        }
        let many = String(repeating: "{{a}}", count: MailingLimits.renderStepsMax + 1)
        let second = try await service.create("Many", content(html: many), publishes: true, of: Fixture.owner).id
        await #expect(throws: KernelFailure.templateIncomplete(.unrenderable(marker: "{{"))) {
            try await render(second, ["name": "x"])
        }
    }
}
