extension Invocation {
    static func fault(_ words: [String], _ arguments: Arguments) throws(UsageError) -> OperatorCommand {
        switch try action(words, ["add", "list", "clear"]) {
        case "add":
            .faultAdd(
                order: try operand(words, "FAULT"), personality: arguments.text("personality"),
                key: try arguments.number("key"), route: arguments.text("route"))
        case "list": .faultList
        default: try .faultClear(id: words.count > 2 ? Int(id(words)) : nil)
        }
    }
}
