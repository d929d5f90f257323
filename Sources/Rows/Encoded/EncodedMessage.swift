package import Base
package import Model
package import Ports

/// A new message as rows.
package struct EncodedMessage: Sendable {
    /// What is decided by, and bound as columns.
    package let message: Envelope
    /// As `MessageRecord` writes it.
    package var head: [UInt8]
    /// The same; empty where a file has it.
    package var body: [UInt8]
    /// The file that holds the body instead.
    package var contentName: String?
    /// The file's size in bytes.
    package var contentBytes = 0

    /// What the writer needs besides the encoded parts; the submission itself stays behind. A class, as it is handed on
    /// many times between the threads.
    package final class Envelope: Sendable {
        // As in `NewMessage`.
        package let account: Account.ID
        package let key: AccessKey.ID
        package let domain: MailDomain.ID
        package let origin: PersonalityID
        package let mode: AccessKey.Mode
        package let at: Instant
        package let due: Instant
        package let expires: Instant
        package let retries: RetryPolicy
        package let recipients: [NewRecipient]
        package let idempotency: IdempotencyRecord?
        package let suppression: SuppressionPolicy
        package let division: Submission.Division
        /// The sender's test counts against nothing.
        package let isTest: Bool
        /// When it ends by its caller's word.
        package let ends: [MessageEnd]

        package init(_ new: NewMessage) {
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

    package init(_ new: NewMessage) {
        message = Envelope(new)
        head = MessageRecord.head(of: new)
        body = MessageRecord.body(of: new.submission)
    }
}
