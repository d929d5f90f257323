import Testing

/// Proves that each rule can fail, and that it leaves innocent text alone.
@Suite("Tidy canaries")
struct CanaryTests {
    struct Canary: Sendable, CustomTestStringConvertible {
        let rule: Rule
        let path: String
        let text: String
        /// The lines that must be reported.
        let lines: [Int]

        init(_ rule: Rule, _ path: String, _ text: String, _ lines: [Int]) {
            self.rule = rule
            self.path = path
            self.text = text
            self.lines = lines
        }

        var testDescription: String { "\(rule.name): \(path): \(text.prefix(40))" }
    }

    static let canaries = [
        Canary(.bannedCalls, "Sources/Kernel/A.swift", "let a = Date()\n// Date()\nlet b = \"Date()\"\nupDate()", [1]),
        Canary(.bannedCalls, "Sources/Kernel/A.swift", "try! f()\nprint(1)\nlog.print(1)\nfingerprint(1)", [1, 2]),
        Canary(.bannedCalls, "Sources/Composition/A.swift", "print(1)", []),
        Canary(
            .bannedCalls, "Sources/Kernel/A.swift", "Mutex<(@Sendable () -> Void)?>(nil)\nMutex<A?>(nil)", [1]),
        Canary(.bannedCalls, "Tests/KernelTests/A.swift", "unsafe setenv(a, b, 1)\nunsetenv(a)\ngetenv(a)", [1, 2]),
        Canary(
            .bannedCalls, "Tests/KernelTests/A.swift", "let a = Date()\nusleep(1)\ntry await Task.sleep(for: x)",
            [2, 3]),
        Canary(.bannedCalls, "Sources/Kernel/A.swift", "let s = \"\\(Date())\"", [1]),
        Canary(
            .sql, "Sources/Kernel/A.swift", "let q = \"SELECT 1\"\n// SELECT 1\nlet r = #\"INSERT INTO t\"#", [1, 3]),
        Canary(.sql, "Sources/Kernel/A.swift", "let q = \"\"\"\n    DELETE FROM t\n    \"\"\"", [2]),
        Canary(.sql, "Sources/Storage/A.swift", "let q = \"SELECT 1\"", []),
        Canary(.vendorWords, "Sources/Kernel/A.swift", "// as PostStack does\nlet x = 1", [1]),
        Canary(.vendorWords, "Plugins/PostStack/A.swift", "enum PostStack {}", []),
        Canary(
            .imports, "Sources/Kernel/A.swift", "import Base\npackage import Storage\nimport struct Foundation.Date",
            [2, 3]),
        Canary(.imports, "Sources/HTTPServer/A.swift", "import CLinux\nimport Glibc\nimport Posix", [1, 2]),
        Canary(.imports, "Sources/Posix/A.swift", "import CLinux\nimport Synchronization\nimport COpenSSL", [3]),
        Canary(.imports, "Plugins/PostStack/A.swift", "import AdapterKit\nimport Kernel", [2]),
        Canary(.imports, "Sources/Storage/A.swift", "import Ports\nimport Kernel", [2]),
        Canary(.imports, "Sources/Composition/A.swift", "import Foundation\nimport CSQLite", [1, 2]),
        Canary(.imports, "Sources/Unheard/A.swift", "import Base", [1]),
        Canary(.citations, "Sources/Kernel/A.swift", "// RFC 8259 §4\n// RFC 99999 §1", [2]),
        Canary(.openEnds, "Sources/Kernel/A.swift", "// TO" + "DO: later\nlet todo = 1", [1]),
        Canary(.uncheckedSafety, "Sources/Kernel/A.swift", "\nfinal class A: @unchecked Sendable {}", [2]),
        Canary(.uncheckedSafety, "Sources/Kernel/A.swift", "// One thread.\nnonisolated(unsafe) var a = 1", []),
        Canary(
            .uncheckedSafety, "Sources/Kernel/A.swift", "/// Why.\n@safe\nfinal class A: @unchecked Sendable {}", []),
        Canary(.lineLength, "Sources/Kernel/A.swift", String(repeating: "é", count: 120), []),
        Canary(.lineLength, "Sources/Kernel/A.swift", "\n" + String(repeating: "x", count: 121), [2]),
        Canary(.title, "Sources/A.md", "# One\n```\n# code\n```\n# Two", [5]),
        Canary(.title, "Sources/A.md", "One\n", [1]),
        Canary(.fileName, "Sources/Kernel/Queue.swift", "struct Other {}", [1]),
        Canary(.fileName, "Sources/Kernel/Queue+Lease.swift", "package extension Queue {}", []),
        Canary(.membership, "Sources/Nowhere/A.swift", "enum A {}", [1]),
        Canary(.membership, "Sources/Base/A.swift", "enum A {}", []),
        Canary(
            .folderOrder, "Sources/Kernel/Directory/A.swift",
            "let a: Directory?\n// MailService\nlet b = \"MailService\"\nlet c: MailService?\nlet d = x.MailService",
            [4]),
        Canary(.folderOrder, "Sources/Kernel/Queue/A.swift", "let a: MailService?", []),
        Canary(.folderOrder, "Sources/Kernel/A.swift", "let a: Directory?", [1]),
        Canary(.folderOrder, "Sources/Kernel/Elsewhere/A.swift", "let a = 1", [1]),
        Canary(.folderOrder, "Sources/Storage/Engine/A.swift", "let a: MailService?", []),
    ]

    @Test("A planted violation is reported in its line, and nothing else", arguments: canaries)
    func canary(_ canary: Canary) {
        let found = canary.rule.check(SourceFile(path: canary.path, text: canary.text))
        #expect(found.map(\.line).sorted() == canary.lines, "\(found)")
    }

    @Test("Every rule has a canary that is reported")
    func complete() {
        let proven = Set(Self.canaries.filter { !$0.lines.isEmpty }.map(\.rule.name))
        #expect(proven == Set(Rule.all.map(\.name)))
    }

    @Test("A report says where, what and what instead")
    func report() {
        let violation = Rule.bannedCalls.check(SourceFile(path: "Sources/Kernel/A.swift", text: "try! f()")).first
        #expect(
            violation?.description
                == "Sources/Kernel/A.swift:1: banned call try!: handle the error, or make it impossible")
    }

    @Test("Strings, comments and code are told apart")
    func lexer() {
        let lines = SourceLexer.lines(of: #"f("a\"b\(g("c") + (1))d") /* x */ // y"#)
        #expect(lines.count == 1)
        #expect(lines[0].code == #"f("\(g("") + (1))")  "#)
        #expect(lines[0].strings == "a\\\"bc\nd\n")
        #expect(lines[0].comment == "/* x */// y")
    }
}
