import AdapterKit
import Base
import Model

// MARK: Words

/// Where a job stands.
enum JobStatus: String, CaseIterable {
    case pending, processing, completed, failed

    /// A job is done when its message was handed over; what a server then says of it is told elsewhere.
    init(_ state: Recipient.State) {
        switch state {
        case .scheduled, .queued: self = .pending
        case .sending, .deferred: self = .processing
        case .delivered, .bounced, .complained: self = .completed
        case .failed, .suppressed, .cancelled: self = .failed
        }
    }
}

/// Where a scheduled email stands.
///
///     scheduled -> sending -> sent | failed
///     scheduled -> cancelled
enum ScheduleStatus: String, CaseIterable {
    case scheduled, sending, sent, failed, cancelled

    init(_ state: Recipient.State) {
        switch state {
        case .scheduled: self = .scheduled
        case .queued, .sending, .deferred: self = .sending
        case .delivered, .bounced, .complained: self = .sent
        case .failed, .suppressed: self = .failed
        case .cancelled: self = .cancelled
        }
    }

    /// Where a message stands: one whose time has come is on its way, though no attempt was made yet.
    init(_ message: Message, now: Instant) {
        let isDue = message.submission.scheduledAt.map { $0 <= now } ?? true
        let status = ScheduleStatus(message.state)
        self = status == .scheduled && isDue ? .sending : status
    }

    /// A word of the list's filter; the vendor's older ones are taken too.
    init?(word: String) {
        switch word {
        case "pending": self = .scheduled
        case "processing": self = .sending
        default: self.init(rawValue: word)
        }
    }

    /// The messages that this word stands for.
    func filter(now: Instant) -> MessageFilter {
        var filter = MessageFilter()
        filter.isScheduled = true
        filter.states = Recipient.State.allCases.filter { ScheduleStatus($0) == self }
        switch self {
        case .scheduled: filter.dueAfter = now
        case .sending:
            filter.states?.append(.scheduled)
            filter.dueBy = now
        case .sent, .failed, .cancelled: break
        }
        return filter
    }
}

/// A message as a job.
struct Job: Equatable {
    var status: JobStatus
    var createdAt: Instant
    /// Recipients of a hundred that nothing more is done about.
    var progress: Int
    var processedAt: Instant?
    /// nil: it was not handed over.
    var messageID: String?
    var error: String?

    /// `messageID`: the identity that it goes out with.
    init(_ message: Message, publicID: String, messageID: String) {
        status = JobStatus(message.state)
        createdAt = message.createdAt
        let ended = message.recipients.count { $0.state.isFinal }
        progress = message.recipients.isEmpty ? 100 : 100 * ended / message.recipients.count
        let attempts = message.events.filter { $0.attempt != nil }
        processedAt = message.transmittedAt ?? attempts.first?.at
        if status == .completed { self.messageID = Self.sandboxID(message, publicID) ?? messageID }
        error = Self.error(message)
    }

    /// What test keys send has an identity that says so; the same each time.
    private static func sandboxID(_ message: Message, _ publicID: String) -> String? {
        guard message.mode == .test else { return nil }
        return "sandbox-\(message.createdAt.nanoseconds / 1_000_000)-\(publicID.prefix { $0 != "-" })"
    }

    /// What the last server said that refused it for good, or why it was given up.
    private static func error(_ message: Message) -> String? {
        let last = message.events.last { event in
            switch event.kind {
            case .bounced, .softBounced, .failed, .cancelled, .suppressed: true
            default: false
            }
        }
        guard let last else { return nil }
        if let attempt = last.attempt { return attempt.text.text }
        return last.kind == .cancelled ? "cancelled" : "suppressed"
    }
}

/// Something that happened to a scheduled email.
struct AuditEntry: Equatable {
    var action: String
    /// Where it left the email.
    var status: ScheduleStatus
    var at: Instant
    /// The time that it was given.
    var scheduledFor: Instant?
    var recipient: String?

    /// The entries of a message, oldest first. `original`: the time that it was given at first.
    static func all(of message: Message, original: Instant?) -> [AuditEntry] {
        message.events.compactMap { event in
            guard var entry = AuditEntry(event) else { return nil }
            if event.kind == .accepted { entry.scheduledFor = original }
            if let index = event.recipient, message.recipients.indices.contains(index) {
                entry.recipient = message.recipients[index].address.address
            }
            return entry
        }
    }

    /// nil for what is no change of state.
    private init?(_ event: MailEvent) {
        at = event.at
        scheduledFor = event.due
        switch event.kind {
        case .accepted: (action, status) = ("scheduled", .scheduled)
        case .rescheduled: (action, status) = ("rescheduled", .scheduled)
        case .cancelled: (action, status) = ("cancelled", .cancelled)
        case .deferred: (action, status) = ("deferred", .sending)
        case .replayed: (action, status) = ("retried", .sending)
        case .transmitted: (action, status) = ("sent", .sent)
        case .bounced, .softBounced: (action, status) = ("bounced", .sent)
        case .complained: (action, status) = ("complained", .sent)
        case .failed: (action, status) = ("failed", .failed)
        case .suppressed: (action, status) = ("suppressed", .failed)
        case .delivered, .opened, .clicked, .unsubscribed: return nil
        }
    }
}

/// The domain's words.
enum DomainWords {
    /// The vendor's default; a server of one's own has none.
    static let region = "us-east-1"

    static func status(_ domain: MailDomain) -> String {
        switch domain.sending {
        case .verified, .pinned: "verified"
        case .failed: "failed"
        case .pending: domain.checks.contains { !$0.isReadable } ? "temporary_failure" : "pending"
        }
    }
}

// MARK: Notes

/// What a caller hangs on a message and gets back: kept beside it as JSON.
struct SendNotes: Equatable {
    /// In which a time without an offset was read.
    var timezone: String?
    /// The time that was asked for at first.
    var scheduledFor: Instant?
    /// JSON objects, as they were sent.
    var metadata: [UInt8]?
    var tags: [UInt8]?

    init() {}

    /// What `json` wrote; nothing for anything else.
    init(_ facet: [UInt8]?) {
        guard let facet, let document = try? JSONDocument(facet, limits: JSONLimits(bytesMax: facet.count)) else {
            return
        }
        timezone = document.root["timezone"]?.string
        scheduledFor = document.root["scheduledFor"]?.string.flatMap { Instant(rfc3339: $0) }
        metadata = document.root["metadata"].map { Array($0.raw) }
        tags = document.root["tags"].map { Array($0.raw) }
    }

    /// nil where there is nothing to keep.
    var json: [UInt8]? {
        if self == SendNotes() { return nil }
        return JSONWriter.object { object in
            object.memberIfPresent("timezone", timezone)
            object.memberIfPresent("scheduledFor", scheduledFor.map(WireTime.init))
            object.memberIfPresent("metadata", metadata.map(KeptJSON.init))
            object.memberIfPresent("tags", tags.map(KeptJSON.init))
        }
    }
}

/// JSON that was checked before.
private struct KeptJSON: JSONWritable {
    let bytes: [UInt8]

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.text(JSONText(trusted: bytes)) }
}

// MARK: The list

/// The part of the list that is asked for, brought into range.
struct Excerpt: Equatable {
    var offset: Int
    var limit: Int

    init(_ query: Query) {
        offset = query.int("offset", in: 0...PosthawkLimits.offsetMax, else: 0)
        limit = query.int("limit", in: 1...PosthawkLimits.perPageMax, else: PosthawkLimits.perPage)
    }
}
