import AdapterKit
import Base
import Model

/// What the routes under `/messages` do.
enum Messages {
    // MARK: Sending

    static func send(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        let body = try SeparateMessages(Form(call.body), at: call.now)
        return try sending(body.submission, body.recipients, body.schedule, call)
    }

    static func converse(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        let body = try Conversation(Form(call.body), at: call.now)
        return try sending(body.submission, body.recipients, body.schedule, call)
    }

    /// One message of the kernel, and an item for each of those that were named, also for one who was named twice.
    private static func sending(
        _ submission: Submission, _ recipients: [MailAddress], _ schedule: Schedule?, _ call: Call
    ) throws(KernelFailure) -> Plan<Answer> {
        try call.access.authorise(domains: [submission.from.domain])
        try call.mail.authorise(sender: submission.from)
        let places = Self.places(of: recipients, in: submission)
        return try call.mail.send(submission).map { acceptance in
            .object(.accepted, reservedBytes: AcceptedObject.bytesReserved * recipients.count) { answer in
                ListEnvelope.whole(&answer) { data in
                    for (recipient, place) in zip(recipients, places) {
                        let uuid = call.ids.deliveries.text(acceptance.message, recipient: place, at: call.now)
                        data.element(
                            AcceptedObject(
                                id: MessageIdentity.bracketed(uuid, submission.from), recipient: recipient,
                                schedule: schedule))
                    }
                }
            }
        }
    }

    /// The place of each recipient among those that the message goes to, each of whom it goes to once.
    private static func places(of recipients: [MailAddress], in submission: Submission) -> [Int] {
        var places: [String: Int] = [:]
        for (place, entry) in submission.envelope.enumerated() { places[entry.address.address] = place }
        return recipients.map { places[$0.address] ?? 0 }
    }

    // MARK: Looking

    private static let listName = "messages"

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let request = try PageRequest<Recipient>(call, list: listName)
        var filter = try DeliveryFilter(QueryReader(call.query))
        if let visible = call.access.visibleDomains {
            filter.senderDomains = Set(visible)
            if let sender = filter.sender { try call.access.authorise(domains: [Self.domain(of: sender)]) }
        }
        let claim = try Self.claim(call)
        if let claim { return try await one(claim, filter, request, call) }
        let page = try await call.mail.parts(filter, request.slice)
        return request.answer(page, reservedBytes: MessageObject.bytesReserved, id: \.place) { part, data in
            data.element(
                MessageObject(view: MessageView(message: part.message, place: part.recipient), ids: call.ids))
        }
    }

    private static func domain(of address: String) -> String {
        String(address[(address.lastIndex(of: "@") ?? address.startIndex)...].dropFirst())
    }

    /// The part that the filter for a Message-ID names, where the id is one of ours.
    private static func claim(_ call: Call) throws(KernelFailure) -> DeliveryClaim? {
        guard let text = try QueryReader(call.query).text("message_id_header") else { return nil }
        return call.ids.deliveries.claim(in: MessagePath.uuid(text))
    }

    /// A list of the one message with that id, or of none.
    private static func one(
        _ claim: DeliveryClaim, _ filter: DeliveryFilter, _ request: PageRequest<Recipient>, _ call: Call
    ) async throws(KernelFailure) -> Answer {
        var found: [MessageView] = []
        do throws(KernelFailure) {
            let (message, place) = try await call.mail.delivery(claim)
            if filter.matches(message, place) { found = [MessageView(message: message, place: place)] }
        } catch .notFound {
            found = []
        }
        return request.answer(Page(items: found), id: { _ in Serial(0) }) { view, data in
            data.element(MessageObject(view: view, ids: call.ids))
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let view = try await view(call)
        var object = MessageObject(view: view, ids: call.ids)
        if let content = try await call.mail.content(of: view.message, recipient: view.place) {
            object.content = MessageContent(
                bytes: content.bytes, headers: content.fields, submission: view.submission)
        }
        return .object(reservedBytes: MessageObject.bytesReserved + 3 * (object.content?.bytes.count ?? 0)) {
            object.write(&$0)
        }
    }

    static func cancel(_ call: Call) async throws(KernelFailure) -> Answer {
        let view = try await view(call)
        // Only what was to go out later is taken back: all else is on its way.
        guard view.submission.scheduledAt != nil else {
            throw .wrongState(.message, state: .underWay, operation: .cancel)
        }
        try await call.mail.cancel(view.message, recipient: view.place).run()
        return .message("message cancelled")
    }

    /// The caller's message that the path names, if the key may have it.
    private static func view(_ call: Call) async throws(KernelFailure) -> MessageView {
        let text = MessagePath.uuid(call.parameter(1))
        guard let claim = call.ids.deliveries.claim(in: text) else {
            guard call.ids.deliveries.hasForm(text) else {
                throw .invalid(FieldFault("message_id", .identifier(.message), location: .path))
            }
            throw .notFound(.message)
        }
        let (message, place) = try await call.mail.delivery(claim)
        try call.access.authorise(domains: [message.submission.from.domain])
        return MessageView(message: message, place: place)
    }
}

/// The forms in which callers name a message: the UUID, or `<uuid@domain>`, with its escapes or without.
enum MessagePath {
    /// The UUID of any of them; the text itself where it is none.
    static func uuid(_ text: String) -> String {
        var inner = Substring(text)
        for (escape, character) in [("%3C", "<"), ("%3E", ">"), ("%40", "@")] where text.contains("%") {
            inner = Substring(inner.replacing(escape, with: character).replacing(escape.lowercased(), with: character))
        }
        if inner.first == "<", inner.last == ">" { inner = inner.dropFirst().dropLast() }
        return String(inner.prefix { $0 != "@" })
    }
}

extension DeliveryFilter {
    /// What the query asks for. A Message-ID of ours is looked up by itself.
    init(_ query: QueryReader) throws(KernelFailure) {
        self.init()
        if let words = query.list("status") { standings = try Self.standings(words, query) }
        sender = try query.address("sender")
        recipient = try query.address("recipient")
        subjectContains = query.text("subject")
        messageID = query.text("message_id_header")
        if let list = query.list("tags") {
            let tags = list.filter { !$0.isEmpty }
            guard tags.count <= AhaSendLimits.tagsInFilter else {
                throw query.fault("tags", .count(minimum: 1, maximum: AhaSendLimits.tagsInFilter))
            }
            self.tags = Set(tags)
        }
        from = try query.instant("from_time")
        until = try query.instant("to_time")
    }

    private static func standings(_ words: [String], _ query: QueryReader) throws(KernelFailure) -> [Standing] {
        var standings: [Standing] = []
        for word in words {
            guard let status = MessageStatus(rawValue: word) else {
                throw query.fault("status", .oneOf(MessageStatus.allCases.map(\.rawValue)), word)
            }
            standings += status.standings
        }
        return standings
    }

    /// Whether a message that was looked up by its id is what was asked for.
    func matches(_ message: Message, _ place: Int) -> Bool {
        let view = MessageView(message: message, place: place)
        if let senderDomains, !senderDomains.contains(message.submission.from.domain) { return false }
        if let sender, message.submission.from.address != sender { return false }
        if let recipient, view.recipient.address.address != recipient { return false }
        if let subject = subjectContains?.lowercased(), !message.submission.subject.lowercased().contains(subject) {
            return false
        }
        if let tags, tags.isDisjoint(with: message.submission.tags) { return false }
        if let from, message.createdAt < from { return false }
        if let until, message.createdAt > until { return false }
        guard let standings else { return true }
        let gaveUp = message.gaveUp(on: place)
        return standings.contains { $0.admits(view.recipient.state, gaveUp: gaveUp, isTest: view.isSandbox) }
    }
}

extension MessageStatus {
    /// How what has this status stands.
    var standings: [DeliveryFilter.Standing] {
        switch self {
        case .received: [.init([.scheduled, .queued, .sending])]
        case .delivered: [.init([.delivered, .complained], isTest: false)]
        case .deferred: [.init([.deferred], isTest: false)]
        case .bounced: [.init([.bounced], gaveUp: false, isTest: false)]
        case .failed: [.init([.bounced], gaveUp: true, isTest: false), .init([.failed, .cancelled], isTest: false)]
        case .suppressed: [.init([.suppressed], isTest: false)]
        case .sandboxDelivered: [.init([.delivered, .complained], isTest: true)]
        case .sandboxDeferred: [.init([.deferred], isTest: true)]
        case .sandboxBounced: [.init([.bounced], gaveUp: false, isTest: true)]
        case .sandboxFailed:
            [.init([.bounced], gaveUp: true, isTest: true), .init([.failed, .cancelled], isTest: true)]
        case .sandboxSuppressed: [.init([.suppressed], isTest: true)]
        }
    }
}
