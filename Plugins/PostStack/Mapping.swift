import AdapterKit
import Base
import Model

// MARK: Words

/// Where an email stands.
enum EmailStatus: String, CaseIterable {
    case queued, sending, deferred, delivered, bounced, complained, failed

    /// A scheduled email is a queued one with a time; a cancelled one is a failed one whose event says why.
    init(_ state: Recipient.State) {
        switch state {
        case .scheduled, .queued: self = .queued
        case .sending: self = .sending
        case .deferred: self = .deferred
        case .delivered: self = .delivered
        case .bounced: self = .bounced
        case .complained: self = .complained
        case .failed, .suppressed, .cancelled: self = .failed
        }
    }

    /// All states that this word stands for.
    var states: [Recipient.State] { Recipient.State.allCases.filter { EmailStatus($0) == self } }
}

/// What can happen to an email.
enum EmailEventType: String, CaseIterable {
    case queued, sent, delivered, deferred, bounced
    case softBounced = "soft_bounced"
    case opened, clicked, complained, unsubscribed, failed

    /// nil where the dialect has no word: another time and another try show in the email itself.
    init?(_ kind: MailEvent.Kind) {
        switch kind {
        case .accepted: self = .queued
        case .transmitted: self = .sent
        case .delivered: self = .delivered
        case .deferred: self = .deferred
        case .bounced: self = .bounced
        case .softBounced: self = .softBounced
        case .failed, .suppressed, .cancelled: self = .failed
        case .rescheduled, .replayed: return nil
        case .complained: self = .complained
        case .opened: self = .opened
        case .clicked: self = .clicked
        case .unsubscribed: self = .unsubscribed
        }
    }
}

/// What an event says beside its type.
struct EventMetadata: Equatable {
    /// Why we gave up what nobody refused.
    var reason: String?
    /// What the receiving server said, where it did not take the message.
    var attempt: AttemptResult?
    /// Whom the event is about, where the email has several recipients.
    var recipient: String?

    /// `recipients`: all of the email's. nil where there is nothing to say.
    init?(_ event: MailEvent, recipients: [Recipient]) {
        switch event.kind {
        case .cancelled: reason = "cancelled"
        case .suppressed: reason = "suppressed"
        case .deferred, .bounced, .softBounced, .failed: attempt = event.attempt
        case .accepted, .transmitted, .delivered, .rescheduled, .complained, .opened, .clicked, .unsubscribed,
            .replayed:
            break
        }
        if recipients.count > 1, let index = event.recipient, recipients.indices.contains(index) {
            recipient = recipients[index].address.address
        }
        if reason == nil, attempt == nil, recipient == nil { return nil }
    }
}

// MARK: SendEmail

/// A SendEmail body in which every field is in order. What is left to check needs the kernel.
struct SendEmail {
    /// Without its idempotency key.
    private let content: Submission
    let idempotencyKey: String?
    /// A template to take the content from.
    let templateID: String?

    var sender: MailAddress { content.from }

    init(_ form: consuming Form) throws(KernelFailure) {
        let templateID = form.string("template_id")
        let from = form.address("from", required: true)
        let to = form.addresses("to", required: true, maximum: PostStackLimits.recipientsPerList)
        let cc = form.addresses("cc", maximum: PostStackLimits.recipientsPerList)
        let bcc = form.addresses("bcc", maximum: PostStackLimits.recipientsPerList)
        let replyTo = form.addresses("reply_to", maximum: PostStackLimits.replyTo)
        let subject = form.subject("subject", required: templateID == nil) ?? ""
        let html = form.string("html")
        let text = form.string("text")
        if templateID == nil, !form.has("html"), !form.has("text") { form.note("html", .missing) }
        let headers = form.boundedHeaders()
        let tags = form.tags()
        let attachments = form.attachments()
        let scheduledAt = form.instant("scheduled_at")
        let unsubscribe = form.bool("unsubscribe") ?? false
        let idempotencyKey = form.string("idempotency_key")
        form.checkFieldsWithoutEffect()
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let from else { throw .invalid(FieldFault("from", .missing)) }
        content = Submission(
            from: from, to: to, cc: cc, bcc: bcc, replyTo: replyTo, subject: subject, text: text, html: html,
            headers: headers, tags: tags, attachments: attachments, scheduledAt: scheduledAt,
            unsubscribe: unsubscribe)
        self.idempotencyKey = idempotencyKey
        self.templateID = templateID
    }

    /// The command for the kernel.
    func submission(_ key: IdempotencyKey?) -> Submission {
        var submission = content
        submission.idempotency = key
        return submission
    }
}

extension Form {
    fileprivate mutating func boundedHeaders() -> [Submission.HeaderField] {
        let headers = headers("headers")
        if headers.count > PostStackLimits.headers {
            note("headers", .count(minimum: 0, maximum: PostStackLimits.headers))
        }
        return headers
    }

    fileprivate mutating func tags() -> [String] {
        let tags = strings("tags")
        if tags.count > PostStackLimits.tags { note("tags", .count(minimum: 0, maximum: PostStackLimits.tags)) }
        if tags.contains(where: { $0.utf8.count > PostStackLimits.tagBytes }) {
            note("tags", .size(maximum: PostStackLimits.tagBytes))
        }
        return tags
    }

    /// Fields that are taken and do nothing yet (DEVIATIONS.md), or never will; their types are checked all the same.
    fileprivate mutating func checkFieldsWithoutEffect() {
        _ = int("idempotency_window_hours")
        _ = stringMap("variables")
        if let signature = string("signature"), !["auto", "none"].contains(signature) {
            note("signature", .oneOf(["auto", "none"]))
        }
        object("tracking") { tracking in
            _ = tracking.bool("opens")
            _ = tracking.bool("clicks")
        }
    }
}

// MARK: Attachments

extension Form {
    fileprivate mutating func attachments() -> [Attachment] {
        var attachments: [Attachment] = []
        var totalBytes = 0
        objects("attachments") { file in
            guard let attachment = file.attachment() else { return }
            totalBytes += attachment.content.count
            attachments.append(attachment)
        }
        if attachments.count > PostStackLimits.attachments {
            note("attachments", .count(minimum: 0, maximum: PostStackLimits.attachments))
        }
        if totalBytes > PostStackLimits.attachmentsBytes {
            note("attachments", .size(maximum: PostStackLimits.attachmentsBytes))
        }
        return attachments
    }

    /// nil where a fault was noted.
    private mutating func attachment() -> Attachment? {
        let name = string("filename", required: true)
        let content = base64("content", required: true)
        let type = string("content_type")
        let contentID = string("content_id")
        guard let name, let content else { return nil }
        let attachment = Attachment(
            fileName: Self.lastPart(ofPath: name), contentType: type, contentID: contentID.map(Self.unbracketed),
            content: content)
        if content.count > PostStackLimits.attachmentBytes {
            note("content", .size(maximum: PostStackLimits.attachmentBytes))
        }
        check(attachment)
        return attachment
    }

    /// RFC 2183 §2.3: a file name is no path, whichever system it was written on.
    private static func lastPart(ofPath name: String) -> String {
        let isSeparator = { (scalar: Unicode.Scalar) in scalar == "/" || scalar == "\\" }
        guard let separator = name.unicodeScalars.lastIndex(where: isSeparator) else { return name }
        return String(name.unicodeScalars[separator...].dropFirst())
    }

    /// Angle brackets belong to the header field (RFC 2045 §7), not to the id; who sends them means the id.
    private static func unbracketed(_ id: String) -> String {
        id.utf8.first == ASCII.lessThan && id.utf8.last == ASCII.greaterThan ? String(id.dropFirst().dropLast()) : id
    }
}

// MARK: The list

/// A page of a list as asked for, brought into range.
struct PageNumber: Equatable {
    var number: Int
    var size: Int

    init(_ query: Query) {
        number = query.int("page", in: 1...PostStackLimits.pageMax, else: 1)
        size = query.int("per_page", in: 1...PostStackLimits.perPageMax, else: PostStackLimits.perPage)
    }

    var offset: Int { (number - 1) * size }
}

extension MessageFilter {
    /// The list's filters; an empty value is none. `value` gives what the query says of a name.
    init(_ value: (String) -> String?) throws(KernelFailure) {
        self.init()
        func given(_ name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
        if let status = given("status") { states = try Self.states(status) }
        if let id = given("domain_id") { setDomain(id) }
        if let text = given("date_from") { from = try DateBound("date_from", text).start }
        if let text = given("date_to") { until = try DateBound("date_to", text).end }
        toContains = given("to")
        fromContains = given("from")
        subjectContains = given("subject")
        tag = given("tag")
        // None of these is known of any message yet.
        if ["provider", "country", "device"].contains(where: { given($0) != nil }) { matchesNothing = true }
    }

    private static func states(_ status: String) throws(KernelFailure) -> [Recipient.State] {
        if let word = EmailStatus(rawValue: status) { return word.states }
        let words = EmailStatus.allCases.map(\.rawValue)
        throw .invalid(FieldFault("status", .oneOf(words), location: .query, value: UserData(status)))
    }

    /// Only the integer form is minted so far; another text is the id of no domain.
    private mutating func setDomain(_ id: String) {
        guard let serial = Int64(id) else { return matchesNothing = true }
        domain = MailDomain.ID(serial)
    }
}

/// A date or a time in a filter, as the span that it names: a date is all of its day in UTC, a time is its millisecond,
/// as no finer one is ever shown.
private struct DateBound {
    let start: Instant
    /// The first moment after the span.
    let end: Instant

    init(_ field: String, _ text: String) throws(KernelFailure) {
        if let day = Instant(date: text) {
            start = day
            end = day + .seconds(86_400)
        } else if let time = Instant(rfc3339: text, naiveOffsetSeconds: 0) {
            start = time
            end = time + .milliseconds(1)
        } else {
            throw .invalid(FieldFault(field, .timestamp, location: .query, value: UserData(text)))
        }
    }
}
