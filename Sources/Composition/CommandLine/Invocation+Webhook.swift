extension Invocation {
    static func webhook(_ words: [String], _ arguments: Arguments) throws(UsageError) -> OperatorCommand {
        switch try action(words, ["list", "show", "deliveries", "pause", "resume", "replay"]) {
        case "list": .webhookList(account: try arguments.number("account"))
        case "show": .webhookShow(id: try id(words))
        case "deliveries": .webhookDeliveries(id: try id(words), limit: try limit(arguments))
        case "pause": .webhookSetPaused(id: try id(words), paused: true)
        case "resume": .webhookSetPaused(id: try id(words), paused: false)
        default:
            .webhookReplay(
                OperatorCommand.WebhookReplay(
                    id: try id(words), delivery: try arguments.number("delivery"),
                    withinSeconds: try arguments.number("within"), event: arguments.text("event"),
                    limit: try limit(arguments), isDryRun: arguments.flag("dry-run")))
        }
    }
}
