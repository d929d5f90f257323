/// One thing that a machine judges well. Every rule has a canary in `CanaryTests`: a rule that cannot fail is none.
struct Rule: Sendable, CustomStringConvertible {
    let name: String
    let check: @Sendable (SourceFile) -> [Violation]

    var description: String { name }

    static let all = [
        bannedCalls, sql, vendorWords, imports, citations, openEnds, uncheckedSafety, lineLength, title, fileName,
        membership, folderOrder,
    ]
}
