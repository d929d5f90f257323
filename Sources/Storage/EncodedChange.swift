import Base
import Kernel
import Model

/// A change in the form that the writer binds: encoded on the caller's thread.
enum EncodedChange: Sendable {
    case accept(EncodedMessage)
    /// Everything that is rare enough to be encoded by the writer.
    case other(Change)

    init(_ change: Change) {
        if case .accept(let message) = change { self = .accept(EncodedMessage(message)) } else { self = .other(change) }
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
