import AdapterKit
import Base
import Model

/// What both ways of sending have in common, every field of it in order.
struct SendBody {
    private(set) var content: Submission
    private(set) var schedule: Schedule?

    /// `headersSet`: fields that have a member of their own in this request, in lower case, with that member's name.
    /// Times are judged by `now`.
    init(_ form: inout Form, at now: Instant, headersSet: [String: String] = [:]) {
        let from = form.mailbox("from", required: true)
        let replyTo = form.mailbox("reply_to")
        let subject = form.subject("subject", required: true) ?? ""
        content = Submission(
            from: from ?? SendBody.nobody, to: [], replyTo: [replyTo].compactMap { $0 }, subject: subject,
            text: form.string("text_content"), html: form.string("html_content"))
        if !form.has("text_content"), !form.has("html_content") { form.note("text_content", .missing) }
        content.amp = form.string("amp_content")
        content.attachments = form.attachments()
        var members = headersSet
        if replyTo != nil { members["reply-to"] = "reply_to" }
        content.headers = form.headers(without: members, replyTo: &content.replyTo)
        content.tags = form.tags()
        content.sandbox = form.sandbox()
        schedule = form.schedule(at: now)
        content.scheduledAt = schedule?.firstAttempt
        content.expiresAt = schedule?.expires
        content.keeping = form.keeping()
        form.refuseWhatIsToCome()
    }

    mutating func address(to: [MailAddress], cc: [MailAddress] = [], bcc: [MailAddress] = []) {
        (content.to, content.cc, content.bcc) = (to, cc, bcc)
    }

    /// Stands where a fault was noted, until `finish` throws it.
    private static let nobody = MailAddress(name: nil, checkedAddress: "", domain: "")
}

/// `POST /messages`: a message of its own for each recipient.
struct SeparateMessages {
    let submission: Submission
    let schedule: Schedule?
    /// In the order of the request, each once.
    var recipients: [MailAddress] { submission.to }

    init(_ form: consuming Form, at now: Instant) throws(KernelFailure) {
        var body = SendBody(&form, at: now)
        let recipients = form.mailboxes("recipients", required: true, AhaSendLimits.recipients) { recipient in
            recipient.refuseSubstitutions()
        }
        form.refuseSubstitutions()
        try form.finish()
        body.address(to: recipients)
        var submission = body.content
        submission.division = .perRecipient
        self.submission = submission
        schedule = body.schedule
    }
}

/// `POST /messages/conversation`: one message that all its recipients see each other in.
struct Conversation {
    let submission: Submission
    let schedule: Schedule?
    /// In the order to, cc, bcc.
    var recipients: [MailAddress] { submission.to + submission.cc + submission.bcc }

    init(_ form: consuming Form, at now: Instant) throws(KernelFailure) {
        let maximum = AhaSendLimits.conversationRecipients
        let to = form.mailboxes("to", required: true, maximum)
        let cc = form.mailboxes("cc", maximum)
        let bcc = form.mailboxes("bcc", maximum)
        var body = SendBody(&form, at: now, headersSet: cc.isEmpty ? [:] : ["cc": "cc"])
        if to.count + cc.count + bcc.count > maximum { form.note("to", .count(minimum: 1, maximum: maximum)) }
        form.refuseSubstitutions()
        try form.finish()
        body.address(to: to, cc: cc, bcc: bcc)
        var submission = body.content
        submission.division = .sharedHeader
        self.submission = submission
        schedule = body.schedule
    }
}

// MARK: Addresses

extension Form {
    /// An object with an address and perhaps a name.
    fileprivate mutating func mailbox(_ field: StaticString, required: Bool = false) -> MailAddress? {
        if required, !has(field) { note(field, .missing) }
        var mailbox: MailAddress?
        object(field) { mailbox = $0.mailbox() }
        return mailbox
    }

    /// A list of such objects; none where some are required is as if the member were absent. `check` looks at what
    /// else stands in each.
    fileprivate mutating func mailboxes(
        _ field: StaticString, required: Bool = false, _ maximum: Int, check: (inout Form) -> Void = { _ in }
    ) -> [MailAddress] {
        let count = elements(field, required: required).count
        if count > maximum || (count == 0 && has(field)) { note(field, .count(minimum: 1, maximum: maximum)) }
        guard count <= maximum else { return [] }
        var mailboxes: [MailAddress] = []
        objects(field) { element in
            if let mailbox = element.mailbox() { mailboxes.append(mailbox) }
            check(&element)
        }
        return mailboxes
    }

    /// The members of an address. White space around it and the case of its letters mean nothing.
    private mutating func mailbox() -> MailAddress? {
        guard let email = plainAddress("email", required: true) else { return nil }
        guard let name = displayName("name"), !name.isEmpty else { return email }
        return MailAddress(name: name, checkedAddress: email.address, domain: email.domain)
    }
}

// MARK: Content

extension Form {
    /// `members`: fields, in lower case, that have a member of their own in this request. A Message-ID is passed over,
    /// as each message gets one of ours, and a Reply-To becomes what the member would be.
    fileprivate mutating func headers(
        without members: [String: String], replyTo: inout [MailAddress]
    ) -> [Submission.HeaderField] {
        let given = stringMap("headers")
        if given.count > AhaSendLimits.headers {
            note("headers", .count(minimum: 0, maximum: AhaSendLimits.headers))
        }
        for (name, value) in given {
            let lowered = name.asciiLowercased
            if let member = members[lowered] {
                note(FieldFault("headers.\(name)", .exclusive(with: member)))
            } else if lowered.hasPrefix("ahasend-") {
                note(FieldFault("headers.\(name)", .forbidden(because: "it is read from mail over SMTP alone")))
            } else if lowered == "reply-to" {
                guard let mailbox = Form.mailbox(value) else {
                    note(FieldFault("headers.\(name)", .email, value: UserData(value)))
                    continue
                }
                replyTo = [mailbox]
            }
        }
        return headers("headers", without: Set(members.keys).union(["message-id", "reply-to"]))
    }

    fileprivate mutating func tags() -> [String] {
        let tags = strings("tags")
        if tags.count > AhaSendLimits.tags { note("tags", .count(minimum: 0, maximum: AhaSendLimits.tags)) }
        if tags.contains(where: { !Tag.isGood($0) }) { note("tags", .length(maximum: AhaSendLimits.tagCharacters)) }
        return tags
    }

    /// nil: the message is meant. What a test is to come to counts only where it is one.
    fileprivate mutating func sandbox() -> Submission.Wish? {
        let isTest = bool("sandbox") ?? false
        var wish = Submission.Wish.delivered
        if let word = string("sandbox_result") {
            if let known = SandboxResult(rawValue: word) {
                wish = known.wish
            } else {
                note(FieldFault("sandbox_result", .oneOf(SandboxResult.allCases.map(\.rawValue))))
            }
        }
        return isTest ? wish : nil
    }

    fileprivate mutating func schedule(at now: Instant) -> Schedule? {
        var schedule: Schedule?
        object("schedule") { form in
            schedule = Schedule(
                firstAttempt: form.future("first_attempt", AhaSendLimits.scheduleAhead, now),
                expires: form.future("expires", AhaSendLimits.expiryAhead, now))
        }
        if let first = schedule?.firstAttempt, let end = schedule?.expires, end <= first {
            note("schedule.expires", .exclusive(with: "a first_attempt that is not before it"))
        }
        return schedule
    }

    private mutating func future(_ field: StaticString, _ maximum: Duration, _ now: Instant) -> Instant? {
        guard let text = string(field) else { return nil }
        guard let time = Instant(rfc3339: text) else {
            note(FieldFault("\(field)", .timestamp, value: UserData(text)))
            return nil
        }
        if time <= now || time > now + maximum { note(field, .future(maximum: maximum)) }
        return time
    }

    fileprivate mutating func attachments() -> [Attachment] {
        var attachments: [Attachment] = []
        objects("attachments") { file in
            if let attachment = file.attachment() { attachments.append(attachment) }
        }
        if attachments.count > AhaSendLimits.attachments {
            note("attachments", .count(minimum: 0, maximum: AhaSendLimits.attachments))
        }
        return attachments
    }

    /// nil where a fault was noted.
    private mutating func attachment() -> Attachment? {
        let isEncoded = bool("base64") ?? false
        let name = string("file_name", required: true)
        let type = string("content_type", required: true)
        let content =
            isEncoded ? base64("data", required: true) : string("data", required: true).map { Array($0.utf8) }
        let contentID = string("content_id").flatMap(Self.inlineID)
        let disposition = string("content_disposition")
        guard let name, let type, let content else { return nil }
        let attachment = Attachment(fileName: name, contentType: type, contentID: contentID, content: content)
        checkDisposition(disposition, of: attachment)
        check(attachment)
        return attachment
    }

    /// Only an id in angle brackets has HTML name the file; without, it goes beside the text like any other.
    private static func inlineID(_ text: String) -> String? {
        guard text.utf8.count > 2, text.utf8.first == ASCII.lessThan, text.utf8.last == ASCII.greaterThan else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }

    /// A file that HTML names is shown inside it, every other is beside it: what is asked for must be that.
    private mutating func checkDisposition(_ disposition: String?, of attachment: Attachment) {
        guard let disposition else { return }
        let due = attachment.contentID == nil ? "attachment" : "inline"
        guard disposition.asciiLowercased != due else { return }
        note(FieldFault("content_disposition", .oneOf([due]), value: UserData(disposition)))
    }
}

// MARK: Retention

extension Form {
    fileprivate mutating func keeping() -> Submission.Keeping? {
        var keeping = Submission.Keeping()
        object("retention") { retention in
            keeping.message = retention.days("metadata", in: AhaSendLimits.metadataRetentionDays)
            keeping.contents = retention.days("data", in: AhaSendLimits.dataRetentionDays)
        }
        return keeping == Submission.Keeping() ? nil : keeping
    }

    private mutating func days(_ field: StaticString, in range: ClosedRange<Int>) -> Duration? {
        guard let days = int(field) else { return nil }
        guard range.contains(days) else {
            note(field, .range(minimum: range.lowerBound, maximum: range.upperBound))
            return nil
        }
        return AhaSendLimits.day * days
    }
}

// MARK: What is not served yet

extension Form {
    /// Members whose effect is not built are refused by name where they ask for anything, never taken and ignored.
    fileprivate mutating func refuseWhatIsToCome() {
        object("tracking") { tracking in
            for field in ["open", "click"] as [StaticString] where tracking.bool(field) == true {
                tracking.note(field, .notServed)
            }
        }
    }

    fileprivate mutating func refuseSubstitutions() {
        guard let value = value("substitutions") else { return }
        guard let members = value.members else { return note("substitutions", .wrongType) }
        if members.contains(where: { _ in true }) { note("substitutions", .notServed) }
    }
}

extension FieldFault.Rule {
    /// Of a member that is the vendor's and whose effect is not built.
    static let notServed = FieldFault.Rule.forbidden(because: "it is not supported by this server")
}

/// What a test is to come to.
enum SandboxResult: String, CaseIterable {
    case deliver, bounce, `defer`, fail, suppress

    var wish: Submission.Wish {
        switch self {
        case .deliver: .delivered
        case .bounce: .bounced
        case .defer: .deferred
        case .fail: .failed
        case .suppress: .suppressed
        }
    }
}

/// What callers sort their messages by.
enum Tag {
    /// A line of 1 to 64 characters; a comma would end it in a filter.
    static func isGood(_ tag: String) -> Bool {
        (1...AhaSendLimits.tagCharacters).contains(tag.count)
            && tag.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "," }
    }
}
