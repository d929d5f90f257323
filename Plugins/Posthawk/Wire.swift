import AdapterKit
import Base
import Model

// MARK: Answers

/// The statuses of success that these routes have.
enum Success: Int {
    case ok = 200
    /// On disk; delivery happens later.
    case created = 201
}

extension Answer {
    static func object(
        _ status: Success = .ok, reservedBytes: Int = JSONWriter.bytesReserved,
        _ body: (inout JSONObjectWriter) -> Void
    ) -> Answer {
        Answer(status: status.rawValue, body: JSONWriter.object(reservedBytes: reservedBytes, body))
    }

    /// The vendor's envelope of one thing.
    static func data(_ value: some JSONWritable) -> Answer {
        object { answer in
            answer.member("success", true)
            answer.member("data", value)
        }
    }
}

/// Times as this dialect writes them.
struct WireTime: JSONWritable {
    private let instant: Instant

    init(_ instant: Instant) { self.instant = instant }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.instant(instant, .milliseconds) }
}

// Clients refuse a member more in nearly all of these objects, after the mail was taken: their members are exactly the
// vendor's.

// MARK: Sends

/// What became of a send. A scheduled one has an id of its own kind and a time, one that goes at once has a job.
struct AcceptedObject: JSONWritable {
    let publicID: String
    /// nil: at once.
    let scheduledFor: Instant?

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.member("success", true)
        object.member("scheduled", scheduledFor != nil)
        if let scheduledFor {
            object.member("id", publicID)
            object.member("scheduledFor", WireTime(scheduledFor))
            object.member("message", "Email scheduled successfully")
            object.member("statusUrl", "/scheduled/\(publicID)")
        } else {
            object.member("jobId", publicID)
            object.member("message", "Email queued for sending")
            object.member("statusUrl", "/v1/send/\(publicID)")
        }
    }
}

/// Where a message stands, as a job.
struct JobObject: JSONWritable {
    let job: Job
    let publicID: String
    let logID: String

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.member("jobId", publicID)
        object.member("status", job.status.rawValue)
        object.member("createdAt", WireTime(job.createdAt))
        object.member("progress", job.progress)
        object.member("processedAt", job.processedAt.map(WireTime.init))
        if let messageID = job.messageID {
            object.object("result") { result in
                result.member("success", true)
                result.member("messageId", messageID)
                result.member("emailLogId", logID)
            }
        } else {
            object.null("result")
        }
        object.member("error", job.error)
    }
}

/// The counters of a queue.
struct QueueObject: JSONWritable {
    let counts: MailCounts

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.member("waiting", counts.waiting)
        object.member("active", counts.active)
        object.member("completed", counts.completed)
        object.member("failed", counts.failed)
        object.member("delayed", counts.delayed)
    }
}

// MARK: Schedules

/// A scheduled email as its workspace sees it.
struct ScheduledObject: JSONWritable {
    let message: Message
    let publicID: String
    let now: Instant

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let submission = message.submission
        return slot.object { row in
            row.member("id", publicID)
            row.member("from_email", submission.from.address)
            row.array("to_emails") { $0.addresses(submission.to) }
            row.addresses("cc_emails", submission.cc)
            row.addresses("bcc_emails", submission.bcc)
            row.member("subject", submission.subject)
            row.member("scheduled_for", WireTime(submission.scheduledAt ?? message.createdAt))
            row.member("timezone", SendNotes(submission.facet).timezone)
            row.member("status", ScheduleStatus(message, now: now).rawValue)
            row.member("created_at", WireTime(message.createdAt))
        }
    }

    static let bytesReserved = 384
}

/// One line of a scheduled email's audit log.
struct AuditObject: JSONWritable {
    let entry: AuditEntry

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { line in
            line.member("action", entry.action)
            line.member("status", entry.status.rawValue)
            line.member("at", WireTime(entry.at))
            line.memberIfPresent("scheduled_for", entry.scheduledFor.map(WireTime.init))
            line.memberIfPresent("recipient", entry.recipient)
        }
    }
}

extension JSONObjectWriter {
    /// Plain addresses without names; null where there are none.
    fileprivate mutating func addresses(_ name: StaticString, _ addresses: [MailAddress]) {
        if addresses.isEmpty { return null(name) }
        array(name) { $0.addresses(addresses) }
    }
}

extension JSONArrayWriter {
    fileprivate mutating func addresses(_ addresses: [MailAddress]) {
        for address in addresses { element(address.address) }
    }
}

// MARK: Templates

struct RenderedObject {
    let rendered: RenderedTemplate

    func write(_ object: inout JSONObjectWriter) {
        object.member("success", true)
        object.member("subject", rendered.subject ?? "")
        object.member("html", rendered.html)
        object.member("text", rendered.text)
    }
}

// MARK: Domains

/// A domain as its workspace sees it.
struct DomainObject: JSONWritable {
    let domain: MailDomain
    let publicID: String
    let records: [DNSRecord]
    let limits: DomainLimits

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { row in
            row.member("id", publicID)
            row.member("domain", domain.name)
            row.member("ses_region", DomainWords.region)
            row.member("ses_identity_status", DomainWords.status(domain))
            row.member("dkim_status", DomainWords.status(domain))
            row.member("dkim_verified", isSeen("dkim"))
            row.member("spf_verified", isSeen("spf"))
            row.member("sending_enabled", domain.maySend)
            row.member("receiving_enabled", domain.options.receives)
            row.constants(#""webhook_url":null,"webhook_secret":null,"verification_attempts":0"#)
            row.member("last_checked_at", domain.checkedAt.map(WireTime.init))
            row.array("dns_records") { list in
                for record in records { list.element(RecordObject(record: record)) }
            }
            row.member("max_daily_emails", limits.daily)
            row.member("max_monthly_emails", limits.monthly)
            row.member("created_at", WireTime(domain.createdAt))
            row.member("updated_at", WireTime(domain.checkedAt ?? domain.createdAt))
        }
    }

    private func isSeen(_ purpose: String) -> Bool {
        domain.sending == .pinned || records.contains { $0.purpose == purpose && $0.seen }
    }

    static let bytesReserved = 1280
}

private struct RecordObject: JSONWritable {
    let record: DNSRecord

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("type", record.type)
            object.member("name", record.name)
            object.member("value", record.value)
            object.member("purpose", record.purpose)
        }
    }
}
