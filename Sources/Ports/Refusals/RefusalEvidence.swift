public import MailFormat

/// What is known of a refusal, whether a server answered it to us or a report brought it.
public struct RefusalEvidence: Sendable, Equatable {
    /// What it answers; nil where nobody tells, as in most reports.
    public var command: RefusedCommand?
    /// The reply code, 400 to 599; nil where none is told: the text is looked through for one.
    public var code: Int?
    /// The enhanced status (RFC 3463); of a report what its `Status` field says. What the text says itself goes first.
    public var status: ReportedStatus?
    /// The server's own words: all lines of a reply, or a report's diagnostic, folded or not. Codes may stand in it.
    public var text: String
    /// How many recipients it could speak of: those of the transaction, or of the message that a report is about.
    public var recipients: Int
    /// The text repeats the recipient's address.
    public var namesAddress: Bool

    public init(
        command: RefusedCommand?, code: Int? = nil, status: ReportedStatus? = nil, text: String, recipients: Int = 1,
        namesAddress: Bool = false
    ) {
        self.command = command
        self.code = code
        self.status = status
        self.text = text
        self.recipients = recipients
        self.namesAddress = namesAddress
    }
}
