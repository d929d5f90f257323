import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let templates = [
        StoreCheck("A template is a draft until it is published, and reads back with both") { bench in
            try await bench.makeAccounts()
            let id = try await bench.makeTemplate("Welcome", content("one"))
            var expected = Template(
                id: id, account: Account.ID(1), origin: Fixture.personality, name: "Welcome",
                createdAt: Fixture.start, updatedAt: Fixture.start, draft: content("one"), published: nil)
            #expect(try await bench.store.template(id) == expected)
            #expect(try await bench.publish(id, after: 5) == 1)
            expected.draft = nil
            expected.published = TemplateVersion(number: 1, publishedAt: at(5), content: content("one"))
            expected.updatedAt = at(5)
            #expect(try await bench.store.template(id) == expected)
            try await bench.reopen()
            #expect(try await bench.store.template(id) == expected)
        },
        StoreCheck("What is edited does not touch what is published") { bench in
            try await bench.makeAccounts()
            let id = try await bench.makeTemplate("Welcome", content("one"), isPublished: true)
            _ = try await bench.commit(
                .template(.edit(id, of: Fixture.owner, name: "Hello", draft: content("two"), at: at(9))))
            let edited = try #require(try await bench.store.template(id))
            #expect(edited.name == "Hello" && edited.draft == content("two") && edited.updatedAt == at(9))
            #expect(edited.published?.content == content("one"))
            _ = try await bench.commit(.template(.discardDraft(id, of: Fixture.owner, at: at(10))))
            #expect(try await bench.store.template(id)?.draft == nil)
        },
        StoreCheck("An edit changes what it gives and leaves the rest") { bench in
            try await bench.makeAccounts()
            let id = try await bench.makeTemplate("Welcome", content("one"))
            _ = try await bench.commit(
                .template(.edit(id, of: Fixture.owner, name: nil, draft: content("2"), at: at(1))))
            _ = try await bench.commit(.template(.edit(id, of: Fixture.owner, name: "New", draft: nil, at: at(2))))
            let found = try #require(try await bench.store.template(id))
            #expect(found.name == "New" && found.draft == content("2"))
        },
        StoreCheck("Versions count on, the latest ones are kept") { bench in
            try await bench.makeAccounts()
            let id = try await bench.makeTemplate("Welcome", content("1"), isPublished: true)
            for number in 2...5 {
                _ = try await bench.commit(
                    .template(.edit(id, of: Fixture.owner, name: nil, draft: content("\(number)"), at: at(number))))
                #expect(try await bench.publish(id, after: number, keeping: 3) == Int64(number))
            }
            let versions = try await bench.store.templateVersions(id)
            #expect(versions.map(\.number) == [5, 4, 3])
            #expect(versions.map(\.content) == [content("5"), content("4"), content("3")])
            #expect(try await bench.store.template(id)?.published == versions.first)
        },
        StoreCheck("Without an edit there is nothing to publish or to discard") { bench in
            try await bench.makeAccounts()
            let id = try await bench.makeTemplate("Welcome", content("1"), isPublished: true)
            for change in [
                TemplateChange.publish(id, of: Fixture.owner, keeping: 3, at: at(1)),
                .discardDraft(id, of: Fixture.owner, at: at(1)),
            ] { #expect(try await bench.commit(.template(change)).failure == .notFound(.templateDraft)) }
        },
        StoreCheck("Another account's and another personality's templates are not there") { bench in
            try await bench.makeAccounts()
            let id = try await bench.makeTemplate("Welcome", content("1"))
            let others = [
                Tenant(account: Account.ID(2), origin: Fixture.personality),
                Tenant(account: Account.ID(1), origin: Fixture.otherPersonality),
            ]
            for owner in others {
                for change in [
                    TemplateChange.edit(id, of: owner, name: "x", draft: nil, at: at(1)),
                    .publish(id, of: owner, keeping: 3, at: at(1)), .discardDraft(id, of: owner, at: at(1)),
                    .remove(id, of: owner),
                ] { #expect(try await bench.commit(.template(change)).failure == .notFound(.template)) }
                #expect(try await bench.store.templates(TemplateQuery(tenant: owner, offset: 0, limit: 9)).total == 0)
            }
            #expect(try await bench.store.template(id)?.name == "Welcome")
        },
        StoreCheck("They are listed latest first, in pages, for one owner or for all") { bench in
            try await bench.makeAccounts()
            let first = try await bench.makeTemplate("1", content("1"))
            let second = try await bench.makeTemplate("2", content("2"), isPublished: true)
            let foreign = try await bench.makeTemplate("3", content("3"), account: 2)
            let own = try await bench.store.templates(TemplateQuery(tenant: Fixture.owner, offset: 0, limit: 9))
            #expect(own.templates.map(\.id) == [second, first] && own.total == 2)
            #expect(own.templates.first?.published?.content == content("2"))
            let page = try await bench.store.templates(TemplateQuery(tenant: nil, offset: 1, limit: 1))
            #expect(page.templates.map(\.id) == [second] && page.total == 3)
            #expect(try await bench.store.template(foreign)?.account == Account.ID(2))
        },
        StoreCheck("A removed template is gone with its versions, and its number is not given out again") { bench in
            try await bench.makeAccounts()
            let id = try await bench.makeTemplate("1", content("1"), isPublished: true)
            _ = try await bench.commit(.template(.remove(id, of: Fixture.owner)))
            #expect(try await bench.store.template(id) == nil)
            #expect(try await bench.store.templateVersions(id) == [])
            #expect(try await bench.makeTemplate("2", content("2")) > id)
        },
        StoreCheck("A template of an account that is not there is refused") { bench in
            let new = NewTemplate(
                tenant: Fixture.owner, name: "1", content: content("1"), isPublished: false, at: Fixture.start)
            let outcome = try await bench.commit(.template(.create(new)))
            #expect(outcome.failure == .notFound(.account))
        },
        StoreCheck("A message keeps what its personality hangs on it, and the template that it was made of") { bench in
            var submission = Fixture.submission()
            submission.template = TemplateUse(template: Template.ID(7), version: 3)
            submission.facet = Array(#"{"a":"é"}"#.utf8)
            let id = try await bench.accept(Fixture.message(submission))
            #expect(try await bench.message(id).submission == submission)
            try await bench.reopen()
            #expect(try await bench.message(id).submission == submission)
        },
    ]

    private static func at(_ seconds: Int) -> Instant { Fixture.start + .seconds(seconds) }

    private static func content(_ word: String) -> TemplateContent {
        TemplateContent(
            subject: "Subject \(word)", html: "<p>\(word) {{name}}</p>", text: word == "1" ? nil : "",
            variables: [
                TemplateVariable(name: "name", isRequired: true), TemplateVariable(name: "x", isRequired: false),
            ])
    }
}

extension StoreBench {
    fileprivate func makeTemplate(
        _ name: String, _ content: TemplateContent, account: Int64 = 1, isPublished: Bool = false
    ) async throws -> Template.ID {
        let owner = Tenant(account: Account.ID(account), origin: Fixture.personality)
        let new = NewTemplate(
            tenant: owner, name: name, content: content, isPublished: isPublished, at: Fixture.start)
        return Template.ID(try #require(try await commit(.template(.create(new))).serial))
    }

    /// The number of the version.
    fileprivate func publish(_ id: Template.ID, after seconds: Int, keeping: Int = 9) async throws -> Int64? {
        try await commit(
            .template(.publish(id, of: Fixture.owner, keeping: keeping, at: Fixture.start + .seconds(seconds)))
        ).serial
    }
}
