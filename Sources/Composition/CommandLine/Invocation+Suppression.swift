import Model

extension Invocation {
    static func suppression(_ words: [String], _ arguments: Arguments) throws(UsageError) -> OperatorCommand {
        switch try action(words, ["add", "list", "remove"]) {
        case "add":
            let reasons = Suppression.Reason.allCases.filter { $0 != .manual }.map(\.rawValue)
            return .suppressionAdd(
                OperatorCommand.SuppressionAddition(
                    address: try operand(words, "ADDRESS"), account: try arguments.requiredNumber("account"),
                    domain: arguments.text("domain"),
                    reason: try arguments.choice("reason", [Suppression.Reason.manual.rawValue] + reasons),
                    note: arguments.text("note"), expiresInSeconds: try arguments.number("expires-in")))
        case "list":
            return .suppressionList(account: try arguments.number("account"), limit: try limit(arguments))
        default:
            return .suppressionRemove(
                address: try operand(words, "ADDRESS"), account: try arguments.requiredNumber("account"),
                domain: arguments.text("domain"))
        }
    }
}
