public import Base
public import Model
public import Ports

/// A new message as rows.
public struct EncodedMessage: Sendable {
    /// What is decided by, and bound as columns.
    public let message: Envelope
    /// As `MessageRecord` writes it.
    public var head: [UInt8]
    /// The same; empty where a file has it.
    public var body: [UInt8]
    /// The file that holds the body instead.
    public var contentName: String?
    /// The file's size in bytes.
    public var contentBytes = 0

    /// What the writer needs besides the encoded parts; the submission itself stays behind. A class, as it is handed on
    /// many times between the threads.
    public final class Envelope: Sendable {
        // As in `NewMessage`.
        public let account: Account.ID
        public let key: AccessKey.ID
        public let domain: MailDomain.ID
        public let origin: PersonalityID
        public let mode: AccessKey.Mode
        public let at: Instant
        public let due: Instant
        public let expires: Instant
        public let retries: RetryPolicy
        public let recipients: [NewRecipient]
        public let idempotency: IdempotencyRecord?
        public let suppression: SuppressionPolicy
        public let division: Submission.Division
        /// The sender's test counts against nothing.
        public let isTest: Bool
        /// When it ends by its caller's word.
        public let ends: [MessageEnd]

        public init(_ new: NewMessage) {
            account = new.account
            key = new.key
            domain = new.domain
            origin = new.origin
            mode = new.mode
            at = new.at
            due = new.due
            expires = new.expires
            retries = new.retries
            recipients = new.envelope
            idempotency = new.idempotency
            suppression = new.suppression
            division = new.submission.division
            ends = new.submission.keeping.map { MessageEnd.all(of: $0, from: new.at) } ?? []
            isTest = new.mode == .test || new.submission.sandbox != nil
        }
    }

    public init(_ new: NewMessage) {
        message = Envelope(new)
        head = MessageRecord.head(of: new)
        body = MessageRecord.body(of: new.submission)
    }
}
