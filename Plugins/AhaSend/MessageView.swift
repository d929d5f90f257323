import AdapterKit
import Base
import Model

/// One recipient's part of a message, which is what this dialect calls a message.
struct MessageView {
    let message: Message
    /// The recipient's place.
    let place: Int

    var recipient: Recipient { message.recipients[place] }
    var submission: Submission { message.submission }

    /// What happened to this recipient's part, oldest first.
    var events: [MailEvent] { message.events.filter { $0.recipient == nil || $0.recipient == place } }

    /// It was a test by its sender's wish. Mail that the server keeps to itself is none.
    var isSandbox: Bool { submission.sandbox != nil }

    var status: MessageStatus { status(events) }

    private func status(_ events: [MailEvent]) -> MessageStatus {
        let last = events.last { [.bounced, .softBounced, .failed, .delivered].contains($0.kind) }
        return MessageStatus(recipient.state, gaveUp: last?.kind == .softBounced, isSandbox: isSandbox)
    }

    /// The attempt that an event tells of, in the vendor's words; nil for an event of something else.
    func attempt(_ event: MailEvent) -> DeliveryAttempt? {
        switch event.kind {
        case .delivered: isSandbox ? .sandboxDelivered : event.attempt.map(DeliveryAttempt.init)
        case .deferred: isSandbox ? .sandboxDeferred : event.attempt.map(DeliveryAttempt.init)
        case .bounced: isSandbox ? .sandboxBounced : event.attempt.map(DeliveryAttempt.init)
        case .softBounced, .failed: isSandbox ? nil : event.attempt.map(DeliveryAttempt.init)
        case .accepted, .transmitted, .suppressed, .cancelled, .rescheduled, .complained, .opened, .clicked,
            .unsubscribed, .replayed:
            nil
        }
    }

    /// The word for what an attempt came to.
    private func word(_ kind: MailEvent.Kind) -> MessageStatus {
        let status: MessageStatus =
            switch kind {
            case .delivered: .delivered
            case .deferred: .deferred
            case .bounced: .bounced
            default: .failed
            }
        return isSandbox ? status.inSandbox : status
    }

    /// Attempts with their times, oldest first.
    fileprivate func attempts(_ events: [MailEvent]) -> [AttemptObject] {
        events.compactMap { event in
            attempt(event).map { AttemptObject(at: event.at, attempt: $0, status: word(event.kind)) }
        }
    }
}

/// The ids that a message is shown with.
struct MessageIdentity {
    /// The id of this recipient's part.
    let id: String
    /// The Message-ID of its bytes, in brackets.
    let header: String

    init(_ view: MessageView, _ ids: PublicIDs) {
        id = Self.uuid(view.message, view.place, ids)
        header = Self.header(view.message, view.place, ids)
    }

    static func uuid(_ message: Message, _ place: Int, _ ids: PublicIDs) -> String {
        ids.deliveries.text(message.id, recipient: place, at: message.createdAt)
    }

    /// In a message with one header for all its recipients, it is the first one's.
    private static func header(_ message: Message, _ place: Int, _ ids: PublicIDs) -> String {
        if let own = message.submission.messageID { return own }
        let bearer = message.submission.division == .sharedHeader ? 0 : place
        return bracketed(uuid(message, bearer, ids), message.submission.from)
    }

    static func bracketed(_ uuid: String, _ sender: MailAddress) -> String { "<\(uuid)@\(sender.domain)>" }
}

/// A message as its sender sees it in a list, and by itself with its content.
struct MessageObject: JSONWritable {
    let view: MessageView
    let ids: PublicIDs
    /// The bytes as they went out or will go out, and what is in them; nil where they are not shown.
    var content: MessageContent?

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        let message = view.message
        let events = view.events
        let attempts = view.attempts(events)
        let identity = MessageIdentity(view, ids)
        object.constants(#""object":"message""#)
        object.member("created_at", WireTime(message.createdAt))
        object.member("updated_at", WireTime(events.last?.at ?? message.createdAt))
        object.member("sent_at", Self.time(of: .transmitted, in: events))
        object.member("delivered_at", Self.time(of: .delivered, in: events))
        let kept = message.submission.keeping?.message ?? AhaSendLimits.day * AhaSendLimits.retentionDays
        object.member("retain_until", WireTime(message.createdAt + kept))
        object.constants(#""direction":"outbound","is_bounce_notification":false"#)
        object.member("bounce_classification", Self.bounceClass(in: attempts))
        object.member("delivery_attempts", attempts)
        object.member("message_id", identity.header)
        object.member("id", identity.id)
        object.member("subject", view.submission.subject)
        object.member("tags", view.submission.tags)
        object.member("sender", view.submission.from.address)
        object.member("recipient", view.recipient.address.address)
        object.member("status", view.status.rawValue)
        object.member("num_attempts", attempts.count)
        object.constants(#""click_count":0,"open_count":0,"reference_message_id":null"#)
        object.member("domain_id", ids.domains.text(message.domain ?? MailDomain.ID(0)))
        object.member("account_id", ids.accounts.text(message.account))
        object.null("template_id")
        guard let content else { return }
        object.member("content", content.text)
        object.member("content_parsed", content)
    }

    private static func time(of kind: MailEvent.Kind, in events: [MailEvent]) -> WireTime? {
        events.first { $0.kind == kind }.map { WireTime($0.at) }
    }

    /// Of the last attempt, if it did not go well.
    private static func bounceClass(in attempts: [AttemptObject]) -> String {
        guard let last = attempts.last, last.status != .delivered else { return "" }
        return last.attempt.classification?.rawValue ?? ""
    }

    static let bytesReserved = 900
}

private struct AttemptObject: JSONWritable {
    let at: Instant
    let attempt: DeliveryAttempt
    let status: MessageStatus

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("time", WireTime(at))
            object.member("log", attempt.log)
            object.member("status", status.rawValue)
        }
    }
}

// MARK: Content

/// What a message says, as bytes and taken apart.
struct MessageContent: JSONWritable {
    /// RFC 5322.
    let bytes: [UInt8]
    let headers: [Submission.HeaderField]
    /// Texts and files, taken out of the bytes.
    let submission: Submission

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { parsed in
            parsed.array("parts") { parts in
                for (type, text) in texts { Self.part(type, text, &parts) }
            }
            parsed.array("attachments") { files in
                for file in submission.attachments { files.element(FileObject(file: file)) }
            }
            parsed.object("headers") { object in
                for (name, values) in grouped { object.member(named: name, values) }
            }
        }
    }

    private var texts: [(type: String, text: String)] {
        [("text/plain", submission.text), ("text/x-amp-html", submission.amp), ("text/html", submission.html)]
            .compactMap { type, text in text.map { (type, $0) } }
    }

    private static func part(_ type: String, _ text: String, _ parts: inout JSONArrayWriter) {
        parts.object { part in
            part.member("content_type", type)
            part.member("content", text)
        }
    }

    /// Fields of one name together, in the order in which the names first stand there.
    private var grouped: [(name: String, values: [String])] {
        var places: [String: Int] = [:]
        var groups: [(name: String, values: [String])] = []
        for header in headers {
            let key = header.name.asciiLowercased
            if let place = places[key] {
                groups[place].values.append(header.value)
            } else {
                places[key] = groups.count
                groups.append((header.name, [header.value]))
            }
        }
        return groups
    }
}

private struct FileObject: JSONWritable {
    let file: Attachment

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("filename", file.fileName)
            object.member("content", String(decoding: Base64.encode(file.content), as: UTF8.self))
            object.member("content_type", file.contentType ?? "application/octet-stream")
            object.member("content_id", file.contentID ?? "")
        }
    }
}

// MARK: Accepted

/// What became of one recipient of a request to send.
struct AcceptedObject: JSONWritable {
    /// In brackets; nil where it was refused.
    let id: String?
    let recipient: MailAddress
    /// nil: it is queued.
    let schedule: Schedule?
    /// Why it was refused.
    var error: String?

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.constants(#""object":"message""#)
            object.member("id", id)
            object.member("recipient", AddressObject(address: recipient))
            object.member("status", error != nil ? "error" : schedule?.firstAttempt == nil ? "queued" : "scheduled")
            object.member("error", error)
            object.memberIfPresent("schedule", schedule)
        }
    }

    static let bytesReserved = 200
}

/// When a message is to go out, and when it is of no use any more.
struct Schedule: Equatable, JSONWritable {
    var firstAttempt: Instant?
    var expires: Instant?

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.memberIfPresent("first_attempt", firstAttempt.map { WireTime($0) })
            object.memberIfPresent("expires", expires.map { WireTime($0) })
        }
    }
}
