import Base
import Model
import Ports

/// A change in the form that the writer binds: encoded on the caller's thread.
enum EncodedChange: Sendable {
    case accept(EncodedMessage)
    case relay(EncodedRelay)
    case once(EncodedOnce)
    case settle([Settlement], [EncodedReport])
    case report([RecipientReport], [EncodedReport])
    /// Everything that is rare enough to be encoded by the writer.
    case other(Change)

    init(_ change: Change) {
        switch change {
        case .accept(let message): self = .accept(EncodedMessage(message))
        case .relay(.accept(let relay)): self = .relay(EncodedRelay(relay))
        case .once(let unit): self = .once(EncodedOnce(unit))
        case .settle(let settlements, let reports):
            self = .settle(settlements, reports.map { EncodedReport($0) })
        case .report(let news, let reports):
            self = .report(news, reports.map { EncodedReport($0) })
        default: self = .other(change)
        }
    }

    /// The file that holds its body.
    var contentName: String? {
        switch self {
        case .accept(let message): message.contentName
        case .relay(let relay): relay.contentName
        case .once, .settle, .report, .other: nil
        }
    }
}

/// Changes that are made at most once, each encoded.
struct EncodedOnce: Sendable {
    /// Without its changes.
    let unit: OnceUnit
    var changes: [EncodedChange]

    init(_ unit: OnceUnit) {
        changes = unit.changes.map { EncodedChange($0) }
        var unit = unit
        unit.changes = []
        self.unit = unit
    }
}

/// A report as rows; its body is always in its row.
struct EncodedReport: Sendable {
    let message: EncodedMessage
    let settlements: [Int]

    init(_ report: SettlementReport) {
        message = EncodedMessage(report.message)
        settlements = report.settlements
    }
}

/// A new message as rows.
struct EncodedMessage: Sendable {
    let message: Envelope
    let head: [UInt8]
    var body: [UInt8]
    /// The file that holds the body instead.
    var contentName: String?
    var contentBytes = 0

    /// What the writer needs besides the encoded parts; the submission itself stays behind.
    struct Envelope: Sendable {
        let account: Account.ID
        let key: AccessKey.ID
        let domain: MailDomain.ID
        let origin: PersonalityID
        let mode: AccessKey.Mode
        let at: Int64
        let due: Int64
        let expires: Int64
        let retries: RetryPolicy
        let recipients: [NewRecipient]
        let idempotency: IdempotencyRecord?
        let suppression: SuppressionPolicy
    }

    init(_ new: NewMessage) {
        message = Envelope(
            account: new.account, key: new.key, domain: new.domain, origin: new.origin, mode: new.mode,
            at: new.at.nanoseconds, due: new.due.nanoseconds, expires: new.expires.nanoseconds,
            retries: new.retries, recipients: new.envelope, idempotency: new.idempotency,
            suppression: new.suppression)
        head = MessageRecord.head(of: new)
        body = MessageRecord.body(of: new.submission)
    }
}
