import Base
import Model
import Testing

@testable import AdapterKit
@testable import Composition

@Suite("Configuration: options of personalities")
struct ConfigurationOptionsTests {
    private enum Pace: String, CaseIterable { case slow, brisk }

    private static let flag = PersonalityOption.boolean("flag", standard: false, local: true, "a flag")
    private static let count = PersonalityOption.number("count", in: 1...10, standard: 3, "a count")
    private static let wait = PersonalityOption.duration(
        "wait", in: .seconds(1) ... .seconds(3600), standard: .seconds(30), local: .seconds(1), "a wait")
    private static let pace = PersonalityOption<Pace>.word("pace", standard: .slow, "a pace")
    private static let page = PersonalityOption<WebURL?>.url("page", "a page")
    private static let tags = PersonalityOption<[String]>.names("tags", countMax: 2, "tags")

    private static let declarations = [
        flag.declaration, count.declaration, wait.declaration, pace.declaration, page.declaration, tags.declaration,
    ]

    private static let reader: ConfigurationReader = {
        var personality = NamedPersonality("poststack", classes: ["default"])
        personality.options = declarations
        return ConfigurationReader(personalities: [personality, NamedPersonality("plain", classes: [])])
    }()

    private static let id = PersonalityID("poststack")

    private static func read(_ options: String) throws(ConfigurationErrors) -> Configuration {
        let text = "{ \(smallest), \"personalities\": { \"poststack\": \(options) } }"
        return try reader.read(fileText: Array(text.utf8), environment: [:])
    }

    private static func value<Value>(_ option: PersonalityOption<Value>, _ configuration: Configuration) -> Value? {
        configuration.options[id]?[option.declaration.name].flatMap(option.read)
    }

    @Test("Where nothing is set, every option stands as it is declared, and no others")
    func standards() throws {
        let configuration = try Self.read("{}")
        #expect(configuration.options.keys.map(\.name) == ["poststack"])
        #expect(configuration.options[Self.id]?.keys.sorted() == ["count", "flag", "pace", "page", "tags", "wait"])
        #expect(Self.value(Self.flag, configuration) == false)
        #expect(Self.value(Self.count, configuration) == 3)
        #expect(Self.value(Self.wait, configuration) == .seconds(30))
        #expect(Self.value(Self.pace, configuration) == .slow)
        #expect(Self.value(Self.page, configuration) == .some(nil))
        #expect(Self.value(Self.tags, configuration) == [])
    }

    @Test("What is set is read with its type, and printed so that it reads back")
    func set() throws {
        let configuration = try Self.read(
            """
            { flag: true, count: 10, wait: "5m", pace: "brisk", page: "https://www.example.com/a", tags: ["x", "y z"] }
            """)
        #expect(Self.value(Self.flag, configuration) == true)
        #expect(Self.value(Self.count, configuration) == 10)
        #expect(Self.value(Self.wait, configuration) == .seconds(300))
        #expect(Self.value(Self.pace, configuration) == .brisk)
        #expect(Self.value(Self.page, configuration) == WebURL("https://www.example.com/a"))
        #expect(Self.value(Self.tags, configuration) == ["x", "y z"])
        let printed = ConfigurationPrinter.json(configuration)
        #expect(try Self.reader.read(fileText: printed, environment: [:]) == configuration)
        #expect(printed.contains(Array(#""wait":"5m""#.utf8)))
    }

    @Test("The local profile says what an option declares for it, and nothing of the others")
    func local() throws {
        let configuration = try Self.reader.read(fileText: nil, environment: [:])
        #expect(Self.value(Self.flag, configuration) == true)
        #expect(Self.value(Self.wait, configuration) == .seconds(1))
        #expect(Self.value(Self.count, configuration) == 3)
    }

    @Test(
        "A wrong value is refused with its key and what is allowed",
        arguments: [
            (#"{ flg: true }"#, "poststack.flg: there is no such key (did you mean \"flag\"?)"),
            (#"{ flag: 1 }"#, "poststack.flag: is a number; allowed: true, false"),
            (#"{ count: 11 }"#, "poststack.count: 11 is out of range; allowed: an integer from 1 to 10"),
            (#"{ count: "3" }"#, "poststack.count: is text; allowed: an integer from 1 to 10"),
            (#"{ wait: "2h" }"#, "poststack.wait: 2h is out of range; allowed: 1s to 1h"),
            (#"{ wait: 5 }"#, "poststack.wait: is a number; allowed: a duration such as "),
            (
                #"{ pace: "brsk" }"#,
                "poststack.pace: \"brsk\" is not known (did you mean \"brisk\"?); allowed: \"slow\""
            ),
            (#"{ page: "ftp://example.com" }"#, "poststack.page: is not understood; allowed: a URL such as "),
            (#"{ tags: "x" }"#, "poststack.tags: is text; allowed: a list of at most 2 names"),
            (#"{ tags: ["a", "b", "c"] }"#, "poststack.tags: has 3 elements; allowed: a list of at most 2 names"),
            (#"{ tags: ["a", ""] }"#, "poststack.tags[1]: is empty; allowed: a name"),
            (#"{ tags: ["a\nb"] }"#, "poststack.tags[0]: is not understood; allowed: a name"),
            (#"true"#, "poststack: is true or false; allowed: an object with \"flag\", "),
        ])
    func refused(_ options: String, _ beginning: String) throws {
        let errors = #expect(throws: ConfigurationErrors.self) { try Self.read(options) }
        let error = try #require(errors?.errors.first)
        #expect(error.description.hasPrefix("personalities." + beginning), "\(error)")
        #expect(errors?.errors.count == 1)
    }

    @Test("A personality that is not there is refused with the nearest")
    func unknownPersonality() throws {
        let text = "{ \(smallest), \"personalities\": { \"postack\": {} } }"
        let errors = #expect(throws: ConfigurationErrors.self) {
            try Self.reader.read(fileText: Array(text.utf8), environment: [:])
        }
        #expect(try #require(errors?.errors.first).description.contains("did you mean \"poststack\"?"))
    }

    @Test("What stands in a declaration is allowed by it, and a value beyond it is not")
    func allows() {
        for option in Self.declarations {
            #expect(option.allows(option.standard), "\(option.name)")
            #expect(option.local.map(option.allows) ?? true, "\(option.name)")
            #expect(option.allows(.boolean(true)) == (option.name == "flag"), "\(option.name)")
        }
        #expect(!Self.count.declaration.allows(.number(0)))
        #expect(!Self.wait.declaration.allows(.duration(.zero)))
        #expect(!Self.pace.declaration.allows(.word("still")))
        #expect(!Self.tags.declaration.allows(.names(["a", "b", "c"])))
    }

    @Test("What may be set is told in words for each kind")
    func words() {
        #expect(
            Self.declarations.map { OptionWords.allowed($0.kind) } == [
                "true or false", "1 to 10", "1s to 1h", "slow or brisk",
                #"a URL such as "https://www.example.com/page", or null"#, "a list of at most 2 names",
            ])
    }
}
