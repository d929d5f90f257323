extension Rule {
    static let lineLength = Rule(name: "line length") { file in
        file.violations(of: "line length", mend: "break it at \(columnsMax) columns") { $0.text.count > columnsMax }
    }

    static let columnsMax = 120

    /// What is open is an issue in the tracker, or is done now.
    static let openEnds = Rule(name: "open end") { file in
        // Spelled in two pieces, so that this file keeps its own rule.
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
        return file.violations(of: "open end", mend: "finish it, or write the limit down as a fact") { line in
            marks.contains { line.comment.contains($0) }
        }
    }

    static let uncheckedSafety = Rule(name: "unchecked safety") { file in
        let marks = ["@unchecked Sendable", "nonisolated(unsafe)"]
        return file.lines.indices.compactMap { index in
            guard marks.contains(where: { file.lines[index].code.contains($0) }) else { return nil }
            guard file.lines[index].comment.isEmpty, !hasCommentAbove(index, in: file) else { return nil }
            return Violation(
                path: file.path, line: index + 1, rule: "unchecked safety",
                mend: "say beside it who guarantees what the compiler cannot see")
        }
    }

    /// Whether the nearest line above, attributes passed over, has a comment.
    private static func hasCommentAbove(_ index: Int, in file: SourceFile) -> Bool {
        let above = file.lines[..<index].last { !$0.code.hasPrefix("@") }
        return above?.comment.isEmpty == false
    }

    /// `Type.swift` or `Type+Topic.swift`. Adapters are apart: all have the same files, named after what each part
    /// does.
    static let fileName = Rule(name: "file name") { file in
        guard file.isSwift, !file.isIn(["Plugins/"]), !fileNamesOfTheirOwn.contains(file.path) else { return [] }
        let name = String(file.path.split(separator: "/").last?.dropLast(".swift".count) ?? "")
        let type = name.prefix { $0 != "+" }
        let declared = file.lines.compactMap { declaredName($0.code) }
        // Test helpers may be functions alone.
        guard !(file.isTest && declared.isEmpty), !declared.contains(where: { $0.hasPrefix(type) }) else { return [] }
        return [
            Violation(
                path: file.path, line: 1, rule: "file name", mend: "name it after the type that it declares or extends")
        ]
    }

    private static let fileNamesOfTheirOwn: Set = [
        "Package.swift", "Sources/polyrelay/main.swift",
        // The protocols by which the world outside is passed in, side by side.
        "Sources/Base/Seams.swift",
        // The small values that failures carry, side by side.
        "Sources/Model/Failure/FailureDetails.swift",
        // Helpers of several kinds for one suite.
        "Tests/HTTPWireTests/Feeding.swift", "Tests/HTTPWireTests/Verifier.swift",
        "Tests/PostStackTests/MappingTests.swift", "Tests/PostStackTests/Samples.swift",
    ]

    private static func declaredName(_ code: String) -> String? {
        let words = code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        let keywords = ["struct", "class", "enum", "actor", "protocol", "extension", "typealias"]
        guard let index = words.firstIndex(where: { keywords.contains(String($0)) }), index + 1 < words.count else {
            return nil
        }
        return String(words[index + 1])
    }

    /// One `#` heading, in the first line.
    static let title = Rule(name: "title") { file in
        guard file.isMarkdown else { return [] }
        var isCode = false
        var violations: [Violation] = []
        for (index, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") { isCode.toggle() }
            if !isCode, line.hasPrefix("# ") != (index == 0), index == 0 || line.hasPrefix("# ") {
                violations.append(
                    Violation(
                        path: file.path, line: index + 1, rule: "title",
                        mend: "begin with one # title and have no second"))
            }
        }
        return violations
    }

    /// Every RFC that the code names is in the index.
    static let citations = Rule(name: "citation") { file in
        guard file.isSwift, file.isIn(["Sources/", "Plugins/"]) else { return [] }
        var reported: Set<Int> = []
        return file.lines.enumerated().flatMap { index, line in
            citedNumbers(line.text).filter { !indexedNumbers.contains($0) && reported.insert($0).inserted }.map {
                Violation(
                    path: file.path, line: index + 1, rule: "citation",
                    mend: "add RFC \($0) to Sources/SPECIFICATIONS.md")
            }
        }
    }

    private static func citedNumbers(_ text: String) -> [Int] {
        text.ranges(of: "RFC ").compactMap { Int(text[$0.upperBound...].prefix { $0.isNumber }) }
    }

    /// The first column of the table.
    private static let indexedNumbers: Set<Int> = {
        let index = Repository.files.first { $0.path == "Sources/SPECIFICATIONS.md" }?.text ?? ""
        return Set(
            index.split(separator: "\n").filter { $0.hasPrefix("| ") }
                .compactMap { Int($0.dropFirst(2).prefix { $0.isNumber }) })
    }()
}
