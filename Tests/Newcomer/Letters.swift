import AdapterKit
import Base
import Model

/// Messages. Each recipient has an id of its own; a letter here has one.
enum Letters {
    static let routes: [Route] = [
        .of(account: "/letters", Scope.send, domains: .body("from"), planner: send).describes(
            "sendLetter", "Accepts a letter.", request: Shapes.newLetter, answers: [202: .json(Shapes.acceptedLetter)]),
        .of(account: "/letters", .get, Scope.read, domains: .narrowed, handler: list).describes(
            "listLetters", "Letters, latest first.", query: Shapes.listQuery,
            answers: [200: .json(Shapes.page(of: Shapes.letter))]),
        .of(account: "/letters/:letter", .get, Scope.read, domains: .stored, handler: show).describes(
            "getLetter", "A letter.", answers: [200: .json(Shapes.letter)]),
        .of(account: "/letters/:letter", .delete, Scope.send, domains: .stored, handler: cancel).describes(
            "cancelLetter", "Takes back a letter that waits.", answers: [200: .json(Shapes.done)]),
        .of(account: "/senders", .get, Scope.read, domains: .query("domain"), handler: senders).describes(
            "listSenders", "Domains that letters come from.",
            query: [RouteDescription.Parameter("domain", .string, "This one alone.")] + Shapes.listQuery,
            answers: [200: .json(Shapes.page(of: Shapes.sender))]),
        .of(account: "/senders/:domain", .get, Scope.read, domains: .path(1), handler: sender).describes(
            "getSender", "A domain that letters come from.", answers: [200: .json(Shapes.sender)]),
    ]

    /// The letter and what endpoints are told of it are made together, or neither. Whether the key may send for `from`
    /// the server has asked.
    static func send(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        var form = try Form(call.body)
        let from = form.address("from", required: true)
        let to = form.address("to", required: true)
        let due = form.instant("due")
        try form.finish()
        // `finish` has thrown where one is absent; the compiler cannot know.
        guard let from, let to else { throw .invalid(FieldFault("from", .missing)) }
        let letter = Submission(from: from, to: [to], subject: "A letter", text: "Hello", scheduledAt: due)
        let told = try call.webhooks.announce(
            Hooks.accepted, data: JSONWriter.object { $0.member("to", to.address) })
        return try call.mail.send(letter).and(told).map { acceptance, endpoints in
            .object(202) { answer in
                answer.member("id", call.letterID(acceptance))
                answer.member("told", endpoints)
            }
        }
    }

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        var filter = MessageFilter()
        call.access.narrow(&filter)
        let page = try await call.mail.messages(filter, call.slice(of: "letters"))
        return .page(page, call, of: "letters", by: \.id) { $0.write(&$1, call) }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let letter = try await letter(call)
        return .object { letter.write(&$0, call) }
    }

    static func cancel(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.mail.cancel(letter(call)).run()
        return .done
    }

    /// Another's letter and none at all are the same; one from a domain that the key is not for is refused.
    private static func letter(_ call: Call) async throws(KernelFailure) -> Message {
        guard let claim = call.ids.deliveries.claim(in: call.parameter(1)) else { throw .notFound(.message) }
        let letter = try await call.mail.delivery(claim).message
        try call.access.authorise(domains: [letter.submission.from.domain])
        return letter
    }

    // MARK: Senders

    /// One domain, or all of them; the gate has asked for which.
    static func senders(_ call: Call) async throws(KernelFailure) -> Answer {
        var page = Page<MailDomain>.empty
        if let name = call.query.text("domain") {
            if let domain = try call.domains.named(name) { page.items = [domain] }
        } else {
            page = try call.domains.list(call.slice(of: "domains"))
        }
        return .page(page, call, of: "domains", by: \.id) { $0.write(&$1, call) }
    }

    static func sender(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let domain = try call.domains.named(call.parameter(1)) else { throw .notFound(.domain) }
        return .object { domain.write(&$0, call) }
    }
}

extension Call {
    fileprivate func letterID(_ acceptance: Acceptance) -> String {
        ids.deliveries.text(acceptance.message, recipient: 0, at: now)
    }
}

extension Message {
    fileprivate func write(_ object: inout JSONObjectWriter, _ call: Call) {
        object.member("id", call.ids.deliveries.text(id, recipient: 0, at: createdAt))
        object.member("from", submission.from.address)
        object.member("to", recipients.map(\.address.address))
        object.member("state", "\(state)")
    }
}

extension MailDomain {
    fileprivate func write(_ object: inout JSONObjectWriter, _ call: Call) {
        object.member("id", call.ids.domains.text(id))
        object.member("name", name)
    }
}
