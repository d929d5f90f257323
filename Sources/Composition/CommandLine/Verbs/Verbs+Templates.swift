import AdapterKit
import Model

extension Verbs {
    private static let content: [VerbOption] = [
        .text("subject", "TEXT", "the subject; \"{{name}}\" stands for a value, here and in both bodies"),
        .file("html", "the HTML body, from a file"),
        .file("text", "the text body, from a file"),
        .list("require", "a,b", "the names that a message must give values for"),
    ]

    static let templates: [Verb] = [
        Verb(
            "template create", on: .text("NAME"),
            options: [
                .account.needed, .text("personality", "P", "whose dialect the template is in").needed,
            ] + content + [.flag("draft", "do not publish it yet")],
            does: "make a template, which messages can be made of at once",
            example: "template create welcome --account 1 --personality P --subject Hello --html welcome.html"
        ) { office, given throws(KernelFailure) in
            try await office.createTemplate(given)
        },
        Verb("template list", options: [.account], does: "all templates, latest first", example: "template list") {
            office, given throws(KernelFailure) in
            try await office.listTemplates(given.number("account"), ListPlace(given))
        },
        Verb(
            "template show", on: .text("ID"), does: "a template with its texts: its draft, else what is published",
            example: "template show 1"
        ) { office, given throws(KernelFailure) in
            try await office.showTemplate(given.operand)
        },
        Verb(
            "template edit", on: .text("ID"),
            options: [.text("name", "TEXT", "another name")] + content,
            does: "change what is given, as a draft; messages are made of what is published",
            example: "template edit 1 --subject 'Hello {{name}}' --require name"
        ) { office, given throws(KernelFailure) in
            try await office.editTemplate(given)
        },
        Verb(
            "template publish", on: .text("ID"), does: "make the draft what messages are made of, as a new version",
            example: "template publish 1"
        ) { office, given throws(KernelFailure) in
            try await office.publishTemplate(given.operand)
        },
        Verb(
            "template discard", on: .text("ID"), does: "forget the draft and go on with what is published",
            example: "template discard 1"
        ) { office, given throws(KernelFailure) in
            try await office.discardTemplate(given.operand)
        },
        Verb(
            "template versions", on: .text("ID"), does: "the versions that are kept, latest first",
            example: "template versions 1"
        ) { office, given throws(KernelFailure) in
            try await office.listTemplateVersions(given.operand, ListPlace(given))
        },
        Verb(
            "template remove", on: .text("ID"), does: "remove a template; messages that were made of it stay",
            example: "template remove 1"
        ) { office, given throws(KernelFailure) in
            try await office.removeTemplate(given.operand)
        },
    ]
}
