import AdapterKit
import Base
import Model

// MARK: Answers

/// The statuses of success that these routes have.
enum Success: Int {
    case ok = 200
    /// An account or a domain, made and shown.
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
}

/// Times as this dialect writes them: whole seconds.
struct WireTime: JSONWritable {
    private let instant: Instant

    init(_ instant: Instant) { self.instant = instant }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.instant(instant, .none) }
}

// MARK: Deliveries

/// A delivery's state in the vendor's words; `cancelled` is ours.
enum DeliveryStatus: String, CaseIterable {
    case queued, retrying, delivered, rejected
    case deadLetter = "dead_letter"
    case cancelled

    init(_ state: Relay.State) {
        switch state {
        case .queued: self = .queued
        case .retrying: self = .retrying
        case .delivered: self = .delivered
        case .rejected: self = .rejected
        case .dead: self = .deadLetter
        case .cancelled: self = .cancelled
        }
    }

    var state: Relay.State {
        switch self {
        case .queued: .queued
        case .retrying: .retrying
        case .delivered: .delivered
        case .rejected: .rejected
        case .deadLetter: .dead
        case .cancelled: .cancelled
        }
    }
}

/// A send that was accepted.
struct AcceptedObject {
    let queueID: String
    let createdAt: Instant
    let idempotencyKey: String?

    func write(_ object: inout JSONObjectWriter) {
        object.member("queue_id", queueID)
        object.constants(#""status":"queued""#)
        object.member("created_at", WireTime(createdAt))
        object.member("idempotency_key", idempotencyKey)
    }

    static let bytesReserved = 128
}

/// A delivery as its sender sees it.
struct DeliveryObject: JSONWritable {
    let relay: Relay
    let queueID: String
    /// With them the delivery is shown whole; without, in a list, there is their number.
    var attempts: [RelayAttempt]?

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.member("queue_id", queueID)
        object.member("target", relay.request.target.text)
        object.member("method", relay.request.method)
        object.member("status", DeliveryStatus(relay.state).rawValue)
        if attempts == nil { object.member("attempts", relay.attempts) }
        object.member("last_status", relay.lastAttempt?.status)
        object.member("idempotency_key", relay.request.idempotencyKey)
        object.member("created_at", WireTime(relay.createdAt))
        object.member("updated_at", WireTime(relay.updatedAt))
        object.memberIfPresent("attempts", attempts?.map(AttemptObject.init))
        // It was stored by us as it was parsed.
        object.memberIfPresent("metadata", relay.request.metadata.map { JSONText(trusted: $0) })
    }

    static let bytesReserved = 384
}

struct AttemptObject: JSONWritable {
    let attempt: RelayAttempt

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("attempt", attempt.number)
            object.member("outcome", DeliveryStatus(attempt.outcome).rawValue)
            object.member("http_status", attempt.status)
            object.member("latency_ms", attempt.latency.nanoseconds / 1_000_000)
            object.member("error", attempt.failure.map(Self.text))
            object.member("created_at", WireTime(attempt.at))
        }
    }

    private static func text(_ failure: HTTPFailure) -> String {
        switch failure {
        case .timeout: "timeout"
        case .blocked: "target resolves to a private or non-routable address"
        case .name: "host name not found"
        case .resolver: "name server did not answer"
        case .notSent: "could not be sent"
        case .connect, .tls, .reset, .protocolError: "connection error"
        }
    }
}

// MARK: Domains

/// A domain that may be called, and since when.
struct VerifiedObject {
    let domain: MailDomain

    func write(_ object: inout JSONObjectWriter) {
        object.member("domain", domain.name)
        object.constants(#""status":"verified""#)
        object.member("verified_at", WireTime(domain.targetVerifiedAt ?? domain.createdAt))
    }
}

/// A domain that may not be called yet, and the record to publish.
struct PendingObject {
    let domain: MailDomain
    let record: PublishedRecord?

    func write(_ object: inout JSONObjectWriter) {
        object.member("domain", domain.name)
        object.constants(#""status":"pending""#)
        guard let record = record?.record else { return }
        object.object("record") { object in
            object.member("type", record.type)
            object.member("name", record.name)
            object.member("value", record.value)
        }
    }
}

/// A domain in a list.
struct DomainObject: JSONWritable {
    let domain: MailDomain

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("domain", domain.name)
            object.member("status", domain.target.holds ? "verified" : "pending")
            object.member("created_at", WireTime(domain.createdAt))
            object.member(
                "verified_at", domain.target.holds ? WireTime(domain.targetVerifiedAt ?? domain.createdAt) : nil)
        }
    }
}
