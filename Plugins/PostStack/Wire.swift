import AdapterKit
import Base
import Model

// MARK: Answers

/// The statuses of success that these routes have.
enum Success: Int {
    case ok = 200
    /// Made, and shown.
    case created = 201
    /// On disk; delivery happens later.
    case accepted = 202
}

extension Answer {
    static func object(
        _ status: Success = .ok, reservedBytes: Int = JSONWriter.bytesReserved,
        _ body: (inout JSONObjectWriter) -> Void
    ) -> Answer {
        Answer(status: status.rawValue, body: JSONWriter.object(reservedBytes: reservedBytes, body))
    }

    /// What a change answers that has nothing to show. Never an empty body: a client parses all of them as JSON.
    static let success = object { $0.member("success", true) }
}

/// Times as this dialect writes them.
struct WireTime: JSONWritable {
    private let instant: Instant

    init(_ instant: Instant) { self.instant = instant }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.instant(instant, .milliseconds) }
}

// MARK: Accepted

/// What becomes of one SendEmail. Flags are absent when false.
struct AcceptedObject: JSONWritable {
    let publicID: String
    let replayed: Bool
    /// Never in a batch.
    var testMode = false

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.member("id", publicID)
        if replayed { object.member("replayed", true) }
        if testMode { object.member("test_mode", true) }
    }

    static let bytesReserved = 72
}

/// One element of a batch's answer: accepted, or why not.
enum BatchResult: JSONWritable {
    case accepted(AcceptedObject)
    case refused(Face)

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        switch self {
        case .accepted(let accepted): slot.value(accepted)
        case .refused(let face): slot.value(face)
        }
    }

    static let bytesReserved = 64
}

// MARK: Email

/// A message as its sender sees it.
struct EmailObject: JSONWritable {
    let message: Message
    let publicID: String
    /// With bodies and events, as a single email is shown; in a list they are absent.
    var isWhole = false

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let submission = message.submission
        return slot.object { email in
            email.member("id", message.id.value)
            email.member("publicId", publicID)
            email.member("fromAddress", submission.from.address)
            email.member("fromName", submission.from.name)
            email.array("toAddresses") { $0.addresses(submission.to) }
            email.addresses("ccAddresses", submission.cc)
            email.addresses("bccAddresses", submission.bcc)
            email.addresses("replyTo", submission.replyTo)
            email.member("subject", submission.subject)
            email.headers("headers", submission.headers)
            email.member("tags", submission.tags.isEmpty ? nil : submission.tags)
            email.member("status", EmailStatus(message.state).rawValue)
            email.member("testMode", message.mode == .test)
            email.null("recipientProvider")
            email.member("unsubscribeEnabled", submission.unsubscribe)
            email.null("spamScore")
            email.null("spamWarnings")
            email.member("scheduledAt", submission.scheduledAt.map(WireTime.init))
            email.member("sentAt", message.transmittedAt.map(WireTime.init))
            email.member("createdAt", WireTime(message.createdAt))
            guard isWhole else { return }
            email.member("htmlBody", submission.html)
            email.member("textBody", submission.text)
            email.array("events") { $0.events(of: message) }
        }
    }

    /// A guess at the object's size, so that writing it does not move it.
    var bytesReserved: Int {
        let bodies = (message.submission.html?.utf8.count ?? 0) + (message.submission.text?.utf8.count ?? 0)
        // Escapes make a body a little longer.
        return Self.bytesReserved + bodies + bodies / 16 + message.events.count * EventObject.bytesReserved
    }

    static let bytesReserved = 768
}

extension JSONObjectWriter {
    /// Plain addresses without names; null where there are none.
    fileprivate mutating func addresses(_ name: StaticString, _ addresses: [MailAddress]) {
        if addresses.isEmpty { return null(name) }
        array(name) { $0.addresses(addresses) }
    }

    fileprivate mutating func headers(_ name: StaticString, _ headers: [Submission.HeaderField]) {
        if headers.isEmpty { return null(name) }
        object(name) { object in
            for header in headers { object.member(named: header.name, header.value) }
        }
    }
}

extension JSONArrayWriter {
    fileprivate mutating func addresses(_ addresses: [MailAddress]) {
        for address in addresses { element(address.address) }
    }

    /// The events that this dialect has a word for, oldest first.
    mutating func events(of message: Message) {
        for event in message.events {
            guard let type = EmailEventType(event.kind) else { continue }
            element(EventObject(event: event, type: type, recipients: message.recipients))
        }
    }
}

// MARK: Events

/// Something that happened to an email.
struct EventObject: JSONWritable {
    let event: MailEvent
    let type: EmailEventType
    /// All of the email's.
    let recipients: [Recipient]

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let at = WireTime(event.at)
        return slot.object { object in
            object.member("id", event.id.value)
            object.member("emailId", event.message.value)
            object.member("eventType", type.rawValue)
            if let metadata = EventMetadata(event, recipients: recipients) {
                object.member("metadata", metadata)
            } else {
                object.null("metadata")
            }
            object.constants(Self.untracked)
            object.member("createdAt", at)
            // The Python client's model asks for these two older names.
            object.member("type", type.rawValue)
            object.member("timestamp", at)
        }
    }

    /// Where and by what program a message was opened: known once opens are tracked.
    private static let untracked: StaticString = """
        "geoCountry":null,"geoRegion":null,"geoCity":null,"uaClientName":null,"uaClientType":null,"uaOs":null,\
        "uaDeviceType":null,"isPrefetch":false
        """

    static let bytesReserved = 352
}

extension EventMetadata: JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { metadata in
            metadata.memberIfPresent("reason", reason)
            if let attempt {
                // No code where nobody answered.
                metadata.member("code", attempt.code == 0 ? nil : attempt.code)
                metadata.memberIfPresent("enhancedCode", attempt.enhancedStatus)
                metadata.member("message", attempt.text.text)
            }
            metadata.memberIfPresent("recipient", recipient)
        }
    }
}

// MARK: Lists and insights

/// Where a page stands in its list.
struct PageMeta: JSONWritable {
    let page: Int
    let perPage: Int
    let total: Int

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { meta in
            meta.member("page", page)
            meta.member("perPage", perPage)
            meta.member("total", total)
            meta.member("totalPages", (total + perPage - 1) / perPage)
        }
    }
}

extension Insight: JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { insight in
            insight.member("code", code)
            insight.member("message", message)
            insight.member("severity", severity.rawValue)
        }
    }
}
