import Base
import Model

extension Verbs {
    static let queue: [Verb] = [
        Verb("queue stats", does: "how many wait in which lane", example: "queue stats") { office, _ in
            await office.showLanes()
        },
        Verb("queue list", does: "what waits, of mail", example: "queue list --limit 20") {
            office, given throws(KernelFailure) in
            try await office.listQueue(ListPlace(given))
        },
        Verb("queue show", on: .message, does: "what waits of a message", example: "queue show 17") {
            office, given throws(KernelFailure) in
            try await office.showQueued(given.operand)
        },
        Verb(
            "queue retry", on: .message, options: [.flag("now", "also where it is scheduled for later")],
            does: "try what waits of a message now", example: "queue retry 17"
        ) { office, given throws(KernelFailure) in
            try await office.retry(given.operand, isScheduledToo: given.flag("now"))
        },
        Verb("queue cancel", on: .message, does: "give up what waits of a message", example: "queue cancel 17") {
            office, given throws(KernelFailure) in
            try await office.cancel(given.operand)
        },
        Verb("queue dead", does: "what was given up", example: "queue dead --limit 20") {
            office, given throws(KernelFailure) in
            try await office.listDeadLetters(ListPlace(given))
        },
        Verb("queue replay", on: .message, does: "try again what was given up of a message", example: "queue replay 17")
        {
            office, given throws(KernelFailure) in
            try await office.replay(given.operand)
        },
        Verb(
            "queue pause", on: .lane, options: [.flag("ahead", "also where nothing waits in it yet")],
            does: "hold a lane back until it is resumed", example: "queue pause mx:mx.example.net"
        ) { office, given throws(KernelFailure) in
            try await office.setPaused(given.operand, true, ahead: given.flag("ahead"))
        },
        Verb("queue resume", on: .lane, does: "let a lane go on", example: "queue resume mx:mx.example.net") {
            office, given throws(KernelFailure) in
            try await office.setPaused(given.operand, false)
        },
    ]

    static let webhooks: [Verb] = [
        Verb(
            "webhook list", options: [.account], does: "endpoints: who is behind, who is disabled",
            example: "webhook list"
        ) {
            office, given throws(KernelFailure) in
            try await office.listWebhooks(given.number("account"), ListPlace(given))
        },
        Verb("webhook show", on: .id, does: "one endpoint", example: "webhook show 3") {
            office, given throws(KernelFailure) in
            try await office.showWebhook(given.id)
        },
        Verb(
            "webhook deliveries", on: .id, does: "what was sent to an endpoint, and its answers",
            example: "webhook deliveries 3"
        ) {
            office, given throws(KernelFailure) in
            try await office.listDeliveries(given.id, ListPlace(given))
        },
        Verb(
            "webhook pause", on: .id, does: "keep an endpoint's events until it is resumed",
            example: "webhook pause 3"
        ) { office, given throws(KernelFailure) in
            try await office.setWebhookPaused(given.id, true)
        },
        Verb("webhook resume", on: .id, does: "let a paused endpoint have its events", example: "webhook resume 3") {
            office, given throws(KernelFailure) in
            try await office.setWebhookPaused(given.id, false)
        },
        Verb(
            "webhook replay", on: .id,
            options: [
                .number("delivery", "ID", "this one delivery"),
                .duration("within", "of those that were given up, the ones made so lately"),
                .text("event", "NAME", "of those that were given up, the ones of this event"),
                .number("limit", "N", "at most N of them (default \(Arguments.rowsDefault))"),
                .flag("dry-run", "count only"),
            ], does: "send again what an endpoint did not take", example: "webhook replay 3 --within 1h --dry-run"
        ) { office, given throws(KernelFailure) in
            try await office.replayWebhook(Operator.WebhookReplay(given))
        },
    ]

    static let relays: [Verb] = [
        Verb(
            "relay list",
            options: [
                .account, .text("state", "WORD", Relay.State.allCases.map(\.rawValue).joined(separator: ", ")),
            ], does: "relayed requests, latest first", example: "relay list --state retrying"
        ) { office, given throws(KernelFailure) in
            try await office.listRelays(given.number("account"), state: given.text("state"), ListPlace(given))
        },
        Verb(
            "relay show", on: .message, does: "a relayed request with its attempts", example: "relay show hr_4k09xq2m"
        ) { office, given throws(KernelFailure) in
            try await office.showRelay(given.operand)
        },
        Verb(
            "relay retry", on: .message, does: "queue anew what was rejected, given up or cancelled",
            example: "relay retry hr_4k09xq2m"
        ) { office, given throws(KernelFailure) in
            try await office.retryRelay(given.operand)
        },
        Verb("relay cancel", on: .message, does: "take back what waits", example: "relay cancel hr_4k09xq2m") {
            office, given throws(KernelFailure) in
            try await office.cancelRelay(given.operand)
        },
        Verb(
            "relay dead-letters", options: [.account], does: "relayed requests that were given up",
            example: "relay dead-letters --limit 20"
        ) { office, given throws(KernelFailure) in
            try await office.listRelays(given.number("account"), state: "dead", ListPlace(given))
        },
    ]

    static let messages: [Verb] = [
        Verb(
            "message list",
            options: [
                .account, .personality,
                .text("state", "WORD", "as `message show` has it: delivered, bounced and so on"),
                .text("from", "TEXT", "whose sender has this in it"),
                .text("to", "TEXT", "one of whose recipients has this in it"),
                .text("subject", "TEXT", "whose subject has this in it"), .text("tag", "TAG", "with this tag"),
                .duration("within", "accepted so lately"),
            ], does: "messages, latest first", example: "message list --account 1 --state bounced --within 1d"
        ) { office, given throws(KernelFailure) in
            try await office.listMessages(given)
        },
        Verb(
            "message show", on: .message, does: "what became of a message, and what was said in each attempt",
            example: "message show 17"
        ) { office, given throws(KernelFailure) in
            try await office.showMessage(given.operand)
        },
        Verb(
            "message raw", on: .message, does: "a message byte for byte, as it was sent",
            example: "message raw 17 > mail.eml"
        ) {
            office, given throws(KernelFailure) in
            try await office.rawMessage(given.operand)
        },
        Verb(
            "message remove", on: .message, does: "remove a message that is finished, with all that is known of it",
            example: "message remove 17"
        ) { office, given throws(KernelFailure) in
            try await office.removeMessage(given.operand)
        },
        Verb(
            "event list",
            options: [
                .number("after", "ID", "those after this one"),
                .flag("wait", "until there is one, for \(DurationText.of(RuntimeLimits.followWait)) at most"),
                .flag("follow", "those from now on, until interrupted"),
            ], does: "what happened to messages: the latest, in order", example: "event list --follow"
        ) { office, given throws(KernelFailure) in
            try await office.listEvents(after: given.number("after"), ListPlace(given), waits: given.flag("wait"))
        },
    ]

    static let faults: [Verb] = [
        Verb(
            "fault add", on: .text("FAULT"),
            options: [
                .text("personality", "P", "for this personality alone"),
                .number("key", "ID", "for this key alone"),
                .text("route", "ROUTE", "for this route alone; `check` lists them, and SMTP is one"),
            ], does: "have requests fail: a failure's name, then rate, after, delay and what else it takes",
            example: "fault add 'rateLimited; rate=0.2; after=10; delay=2s' --route 'POST /emails'"
        ) { office, given in
            office.addFault(given.operand, given.text("personality"), given.number("key"), given.text("route"))
        },
        Verb(
            "fault list", options: [.flag("names", "what can be asked for: failures, and outcomes of captured mail")],
            does: "the failures that were asked for", example: "fault list --names"
        ) { office, given in
            given.flag("names") ? office.listFaultNames() : office.listFaults()
        },
        Verb(
            "fault clear", on: .idOrNothing, does: "ask for one of them no more, or for none", example: "fault clear 1"
        ) {
            office, given in
            office.clearFaults(given.id == 0 ? nil : Int(given.id))
        },
    ]
}

extension Verb.Operand {
    /// As any personality writes it, or the number.
    fileprivate static let message = text("ID")
    fileprivate static let lane = text("LANE")
}
