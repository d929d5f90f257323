import Base
import Testing

@testable import Composition

@Suite("Verbs")
struct VerbTests {
    /// What is wrong with a command line; nil where nothing is.
    private static func refusal(_ line: String) -> UsageError? {
        do throws(UsageError) {
            _ = try Invocation(Arguments(words(line)))
            return nil
        } catch {
            return error
        }
    }

    /// As a shell cuts a line, with quotation marks of one kind and no redirection.
    private static func words(_ line: String) -> [String] {
        line.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
            index.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
        }
    }

    @Test("Every example is a command line of its verb", arguments: Verbs.all.filter { $0.name != "help" }.map(\.name))
    func examples(_ name: String) throws {
        let verb = try #require(Verbs.all.first { $0.name == name })
        let line = String(verb.example.prefix { $0 != ">" })
        let invocation = try Invocation(Arguments(Self.words(line)))
        #expect(invocation.verb.name == name)
    }

    @Test("No two verbs have the same words, and no word is a verb and a group")
    func distinct() {
        #expect(Set(Verbs.all.map(\.words)).count == Verbs.all.count)
        for word in Verbs.groups { #expect(Set(Verbs.group(word).map(\.words.count)).count == 1, "\(word)") }
    }

    @Test("An option that several verbs have takes the same with each")
    func kinds() {
        let options = Verbs.common + Verbs.all.flatMap(\.options)
        for option in options {
            let others = options.filter { $0.name == option.name }
            #expect(others.allSatisfy { ($0.kind == .flag) == (option.kind == .flag) }, "\(option.name)")
            #expect(others.allSatisfy { ($0.kind == .file) == (option.kind == .file) }, "\(option.name)")
        }
    }

    @Test(
        "A command line that fits no verb is refused in words that say what would",
        arguments: [
            ("acount list", "unknown verb acount (did you mean account?): allowed: serve, check, backup, "),
            ("account", "account: say what to do: create, list, show, suspend, resume, remove, limits"),
            ("account creat x", "unknown account action creat (did you mean create?): allowed: create, list, "),
            ("account create", "account create: takes one NAME"),
            ("account create a b", "account create: takes one NAME"),
            ("account list a", "account list: takes nothing more, and a is"),
            ("account suspend x", "account suspend: x: an ID is a positive number"),
            ("account suspend 0", "account suspend: 0: an ID is a positive number"),
            ("account create a --colour red", "unknown option --colour"),
            ("account create a --pparent 1", "unknown option --pparent: did you mean --parent?"),
            ("account create a --parent", "--parent needs a value"),
            ("account create a --parent=x", "account create: --parent x: must be a positive number"),
            ("account create a --account 1", "account create: takes no --account; its options: --parent"),
            ("serve --account 1", "serve: takes no --account"), ("serve --json=1", "--json takes no value"),
            ("domain add example.com", "domain add: --account ID is required"),
            ("key create --account 1 --personality p --mode dream", "key create: --mode dream: allowed: live, test"),
            (
                "account limits 1 --daily -1",
                "account limits: --daily -1: must be a number from 0 to 1000000000000, or none"
            ),
            ("domain set d --account 1", "domain set: --dsn-address ADDRESS, or --no-dsn-address"),
            (
                "domain set d --account 1 --no-dsn-address --dsn-address a",
                "domain set: --dsn-address ADDRESS, or --no-dsn-address"
            ),
            ("domain rotate d --account 1 --force", "domain rotate: --activate, --activate --force, --cancel, or none"),
            ("queue list --limit none", "queue list: --limit none: must be a positive number"),
        ])
    func refusals(_ line: String, _ beginning: String) throws {
        let text = try #require(Self.refusal(line)).text
        #expect(text.hasPrefix(beginning), "\(text)")
    }

    @Test(
        "A command line that fits is taken, wherever its options stand",
        arguments: [
            "--json account --parent=3 create acme", "fault clear", "fault clear 3", "account limits 1 --daily none",
            "domain rotate d --account 1 --activate --force", "event list --follow --json", "serve --config x",
        ])
    func taken(_ line: String) {
        #expect(Self.refusal(line)?.text == nil)
    }

    @Test("What was given is read as what it is")
    func values() throws {
        let given = try Arguments(
            Self.words("key create --account 7 --scopes a,b,,c --label= --secret-file x --limit 5000 --json"))
        #expect(try given.neededNumber("account") == 7)
        #expect(given.list("scopes") == ["a", "b", "c"])
        #expect(given.text("label") == "")
        #expect(given.text("mode") == nil)
        #expect(given.flag("json") && !given.flag("verified"))
        #expect(given.limit == RuntimeLimits.messagesPerList)
        #expect(try Arguments(["queue", "list"]).limit == Arguments.rowsDefault)
    }

    @Test("A command line that travels to a server is the same there")
    func travels() throws {
        let given = try Arguments(Self.words("fault add 'draining; rate=0.1' --route 'POST /e\"m' --limit 3 --json"))
        let document = try JSONDocument(given.json, limits: JSONLimits(bytesMax: given.json.count))
        #expect(Arguments(json: document.root) == given)
    }

    @Test("What is no command line of another's is refused", arguments: ["[]", "{}", #"{"words":[],"options":[]}"#])
    func strangers(_ text: String) throws {
        let document = try JSONDocument(Array(text.utf8), limits: JSONLimits(bytesMax: 100))
        #expect(Arguments(json: document.root) == nil)
    }

    @Test("A reply that travels from a server is the same here")
    func replies() throws {
        var reply = OperatorReply.json(Array(#"{"a":"\u00e9 \" "}"#.utf8))
        reply.heading = "two\nlines"
        reply.raw = [0, 255, 13, 10]
        let back = try #require(OperatorReply(reply.bytes))
        #expect(back.exit == .done && back.json == reply.json && back.raw == reply.raw && back.heading == reply.heading)
        #expect(back.reason == nil)
        let refusal = try #require(OperatorReply(OperatorReply.refused("no such thing", exit: .usage).bytes))
        #expect(refusal.exit == .usage && refusal.reason == "no such thing" && refusal.json == nil)
        #expect(OperatorReply(Array(#"{"exit":9}"#.utf8)) == nil)
    }

    // MARK: Help

    /// By bytes: text is compared letter by letter otherwise, which takes seconds over all verbs in a debug build.
    private static func lines(_ text: String) -> [[UInt8]] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// A line begins with the text.
    private static func begins(_ text: String, in lines: [[UInt8]]) -> Bool {
        let sought = Array(text.utf8)
        return lines.contains { $0.prefix(sought.count) == sought[...] }
    }

    /// Lines are ASCII, so that bytes are columns.
    private static func fits(_ lines: [[UInt8]]) -> Bool {
        lines.allSatisfy { $0.count <= 120 && $0.allSatisfy { $0 < 0x80 } }
    }

    @Test("The help of everything names every verb and the options of all")
    func overview() throws {
        let lines = Self.lines(try Help.text(about: []))
        for verb in Verbs.all { #expect(Self.begins("  \(verb.usage) ", in: lines), "\(verb.name)") }
        for option in Verbs.common { #expect(Self.begins("  \(option.usage)", in: lines), "\(option.name)") }
        #expect(Self.fits(lines))
    }

    @Test("Each verb's help is about it: what it needs, its options, and its example")
    func single() throws {
        for verb in Verbs.all {
            let lines = Self.lines(try Help.text(about: verb.words))
            let needed = verb.options.filter(\.isNeeded)
            let usage = "usage: polyrelay \(verb.usage)" + needed.map { " \($0.usage)" }.joined() + " [options]"
            #expect(lines.first == Array(usage.utf8), "\(verb.name)")
            #expect(lines.dropFirst(2).first == Array(verb.summary.utf8), "\(verb.name)")
            let example = ["example:", "  polyrelay \(verb.example)", ""].map { Array($0.utf8) }
            #expect(Array(lines.suffix(3)) == example, "\(verb.name)")
            #expect(Self.fits(lines), "\(verb.name)")
            for option in verb.options { #expect(Self.begins("  \(option.usage)", in: lines), "\(verb.name)") }
            let required = lines.filter { $0.suffix(10) == Array("(required)".utf8)[...] }
            #expect(required.count == needed.count, "\(verb.name)")
        }
    }

    @Test("A group's help has its verbs and no others")
    func group() throws {
        let lines = Self.lines(try Help.text(about: ["queue"]))
        for verb in Verbs.all where verb.words.count > 1 {
            #expect(Self.begins("  \(verb.usage) ", in: lines) == (verb.words[0] == "queue"), "\(verb.name)")
        }
        #expect(throws: UsageError.self) { try Help.text(about: ["queue", "fly"]) }
        #expect(throws: UsageError.self) { try Help.text(about: ["fly"]) }
    }
}
