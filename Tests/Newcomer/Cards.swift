import AdapterKit
import Base
import Model

/// Cards that visitors leave on an account's wall: what the kernel has no word for. They are records of the dialect's
/// own, written by pages in browsers, read as a page by people, and fallen off when their time is over.
enum Cards {
    static let collection = "cards"

    static let lifetime = PersonalityOption.duration(
        "cardLifetime", in: .seconds(60)...Duration.seconds(30 * 24 * 3600), standard: .seconds(7 * 24 * 3600),
        local: .seconds(3600), "how long a card hangs before it falls off")

    static let isOpen = PersonalityOption.boolean(
        "cards", standard: false, local: true, "whether visitors may leave cards")

    static let routes: [Route] = [
        .of(account: "/cards", Scope.cards, kinds: [.public, .secret], planner: hang)
            .open(
                to: CrossOrigin(
                    requestHeaders: ["Authorization", "Content-Type", "Idempotency-Key"],
                    exposedHeaders: ["X-Request-Id"])
            ).describes(
                "hangCard", "Hangs a card.", request: Shapes.newCard, answers: [201: .json(Shapes.card)]),
        .of(account: "/cards", .get, Scope.read, domains: .every, handler: export).describes(
            "exportCards", "All cards that hang, a JSON object a line.", answers: [200: .media(lines)]),
        Route(
            .get, "/cards/:card", requirement: Requirement(anyOf: [], needsCredential: false),
            rateClass: Newcomer.everyRequest, handler: show
        ).showing(.page).describes(
            "showCard", "A card, for people.", answers: [200: .media(Answer.html), 404: .media(Answer.html)]),
    ]

    /// When its time has come a card falls off, and endpoints are told in the same commit.
    static let fallingOff = RecordTimer(collection) { card, now, ids in
        let fallen = RecordEdit(
            card.id, collection: collection, expecting: .version(card.version), state: State.fallen, body: card.body)
        let told = RecordAnnouncement(
            account: card.space.account, origin: card.space.origin, name: "card.fallen",
            data: JSONWriter.object { $0.member("id", publicID(card.id, ids)) })
        return RecordUnit([.edit(fallen)], announcing: [told], at: now)
    }

    /// A key that stands in a page can do this alone, so the rate is the account's and the answer kept by its key.
    static func hang(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        guard call.option(isOpen) else { throw .featureDisabled(.other(collection)) }
        var form = try Form(call.body)
        let text = form.string("text", required: true) ?? ""
        try form.finish()
        let cards = try call.records()
        let falls = call.now + call.option(lifetime)
        let card = NewRecord(
            in: cards.space(collection), state: State.hanging, body: JSONWriter.object { $0.member("text", text) },
            due: falls)
        return cards.plan(RecordUnit([.insert(card)], at: call.now)).map { receipts throws(KernelFailure) in
            guard let receipt = receipts.first else { throw .notFound(.record(collection)) }
            return .object(201) { answer in
                answer.member("id", publicID(receipt.id, call.ids))
                answer.member("text", text)
                answer.member("falls", falls.rfc3339(.milliseconds))
            }
        }
    }

    /// Read and sent page by page, however many there are. What is hung meanwhile is left for the next time, so that
    /// places hold still.
    static func export(_ call: Call) async throws(KernelFailure) -> Answer {
        let cards = try call.records()
        return Answer(
            status: 200, contentType: lines,
            stream: AnswerStream { body throws(KernelFailure) in
                var query = RecordQuery(
                    in: cards.space(collection), states: [State.hanging], to: call.now, limit: cardsPerPiece)
                while true {
                    let page = try await cards.records(query).records
                    let piece = page.flatMap { line($0, call.ids) }
                    guard !page.isEmpty, await body.send(piece) else { return }
                    query.offset += page.count
                }
            })
    }

    /// For anybody who has the address, so it finds the card of any account.
    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let codec: IDCodec<Record> = call.ids.records(collection)
        guard let id = codec.id(in: call.parameter(0)), let card = try await call.anyRecord(id, in: collection),
            card.state == State.hanging
        else { throw .notFound(.record(collection)) }
        return .page(title: "A card") { page in
            page.markup("<p>")
            page.text(text(of: card))
            page.markup("</p>\n")
        }
    }

    private enum State {
        static let hanging = "hanging"
        static let fallen = "fallen"
    }

    private static let lines = "application/x-ndjson"
    private static let cardsPerPiece = 100

    private static func line(_ card: Record, _ ids: PublicIDs) -> [UInt8] {
        JSONWriter.object { object in
            object.member("id", publicID(card.id, ids))
            object.member("text", text(of: card))
        } + [UInt8(ascii: "\n")]
    }

    private static func text(of card: Record) -> String {
        let document = try? JSONDocument(card.body, limits: JSONLimits(bytesMax: card.body.count))
        return document?.root["text"]?.string ?? ""
    }

    private static func publicID(_ id: Record.ID, _ ids: PublicIDs) -> String { ids.records(collection).text(id) }
}
