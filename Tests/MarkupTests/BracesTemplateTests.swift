import Markup
import Testing

@Suite("Braces templates")
struct BracesTemplateTests {
    private let limits = RenderLimits(steps: 100, outputBytes: 1000)

    private func render(
        _ text: String, _ values: [String: String] = ["name": "Ada"], missing: MissingValue = .literal,
        escape: ValueEscape = .none
    ) throws -> String {
        try BracesTemplate(text).render(values, missing: missing, escape: escape, limits: limits)
    }

    @Test("Placeholders give way to values, with blanks around the name or without")
    func values() throws {
        #expect(try render("Hello {{name}}!") == "Hello Ada!")
        #expect(try render("{{ name }}{{\tname\t}}") == "AdaAda")
        #expect(try render("{{name}}") == "Ada")
        #expect(try render("") == "")
    }

    @Test(
        "What is no placeholder is text",
        arguments: [
            "{name}", "{{name}", "{{name", "{{", "{{}}", "{{ }}", "{{1name}}", "{{na me}}", "{{#if name}}", "{{/if}}",
            "{{{", "}}", "{{n\u{e4}me}}", "{{name\n}}", "{ {name}}",
        ])
    func text(text: String) throws {
        #expect(try render(text) == text)
        #expect(BracesTemplate(text).names.isEmpty)
    }

    @Test("A brace more on either side stays")
    func tripleBraces() throws {
        #expect(try render("{{{name}}}") == "{Ada}")
        #expect(try render("{{{{name}}}}") == "{{Ada}}")
    }

    @Test("A value is not read again")
    func once() throws {
        #expect(try render("{{a}}", ["a": "{{b}}", "b": "x"]) == "{{b}}")
        #expect(try render("{{{{a}}}}", ["a": "b", "b": "x"]) == "{{b}}")
    }

    @Test("A missing value leaves the placeholder, or nothing, or is refused with all names that are missing")
    func missing() throws {
        #expect(try render("a{{ x }}b", missing: .literal) == "a{{ x }}b")
        #expect(try render("a{{ x }}b", missing: .empty) == "ab")
        #expect(throws: RenderFault.missing(["y", "x"])) { try render("{{y}}{{x}}{{name}}{{y}}", missing: .refused) }
        #expect(try render("[{{name}}]", ["name": ""], missing: .refused) == "[]")
    }

    @Test("Values are put in as they are, or with what HTML gives a meaning to as references")
    func escaping() throws {
        let values = ["v": "<a href=\"x\">'&'\u{e9}"]
        #expect(try render("<b>{{v}}</b>", values) == "<b><a href=\"x\">'&'\u{e9}</b>")
        #expect(
            try render("<b>{{v}}</b>", values, escape: .html)
                == "<b>&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;\u{e9}</b>")
    }

    @Test("Its names stand in the order of the text, each once")
    func names() {
        #expect(BracesTemplate("{{b}} {{ a.c-d_1 }} {{b}}").names == ["b", "a.c-d_1"])
        let long = String(repeating: "n", count: 129)
        #expect(BracesTemplate("{{\(long)}}{{\(long.dropLast())}}").names == [String(long.dropLast())])
    }

    @Test("It is not rendered beyond its bounds")
    func bounds() {
        let many = BracesTemplate(String(repeating: "{{a}}", count: 101))
        #expect(throws: RenderFault.tooManySteps(limit: 100)) {
            try many.render(["a": ""], missing: .empty, escape: .none, limits: limits)
        }
        let long = BracesTemplate(String(repeating: "{{a}}", count: 100))
        #expect(throws: RenderFault.tooLong(limitBytes: 1000)) {
            try long.render(["a": "12345678901"], missing: .empty, escape: .none, limits: limits)
        }
        #expect(throws: Never.self) {
            try long.render(["a": "1234567890"], missing: .empty, escape: .none, limits: limits)
        }
    }

    @Test("A text of nothing but braces is read in time that grows with its length alone")
    func hostile() throws {
        let text = String(repeating: "{{ ", count: 200_000)
        #expect(BracesTemplate(text).names.isEmpty)
    }
}
