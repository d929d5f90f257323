/// Every bound of this target, with its unit in its name or its comment.
public enum SMTPLimits {
    /// RFC 5321 §4.5.3.1.4: a command line, CRLF included, before the additions of extensions.
    public static let commandLineOctetsMax = 512
    /// RFC 5321 §4.5.3.1.3: a path has at most 256 octets, of which two are its angle brackets.
    public static let mailboxOctetsMax = 254
    /// RFC 5321 §4.5.3.1.2.
    public static let domainOctetsMax = 255
    /// RFC 1035 §2.3.4: one label of a domain name.
    public static let domainLabelOctetsMax = 63

    /// RFC 5321 §4.5.3.1.5: what a server may send on one reply line, CRLF included. Recorded for the server side,
    /// which keeps to it; the client tolerates more.
    public static let replyLineOctetsMax = 512
    /// What the client reads on one reply line, CRLF included: servers that put a long URL into a refusal exist.
    public static let replyLineOctetsTolerated = 2048
    /// Lines of one reply. EHLO replies of real servers have fewer than thirty.
    public static let replyLinesMax = 128
    /// All lines of one reply together, line ends included.
    public static let replyOctetsMax = 64 * 1024

    /// RFC 5321 §4.5.3.1.8: the number of recipients that every server has to take.
    public static let recipientsPerTransactionMax = 100
    /// Transactions on one connection before it is given back: long-lived connections keep using a host that DNS
    /// or a load balancer has since taken out.
    public static let transactionsPerConnectionMax = 100
    /// User name and password, each: both in base64 fit the 12,288 octets of RFC 4954 §4.
    public static let credentialOctetsMax = 4096

    /// Of a `Dialogue`: what is kept of the way to the first idle moment, other hosts that were tried before included.
    public static let dialogueOpeningOctetsMax = 4 * 1024
    /// What is kept of one transaction, for all its recipients.
    public static let dialogueTransactionOctetsMax = 64 * 1024

    // MARK: The server's side

    /// A command line, CRLF included: 512 octets (RFC 5321 §4.5.3.1.4) and what the extensions we speak add to MAIL,
    /// which altogether is below 1,300.
    public static let serverLineOctetsMax = 2048
    /// RFC 4954 §4: a line of an authentication exchange, CRLF included.
    public static let authenticationLineOctetsMax = 12_288
    /// RFC 5321 §4.5.3.1.1.
    public static let localPartOctetsMax = 64
    /// RFC 3461 §4.4: an envelope identifier, encoded.
    public static let envelopeIDOctetsMax = 100
    /// RFC 3461 §4.2: an original recipient, encoded.
    public static let originalRecipientOctetsMax = 500
    /// Capacity that a session keeps for its input while it waits.
    public static let inputKeptOctets = 16 * 1024
    /// Of the content, where a dialect sets no other.
    public static let messageOctetsMax = 25 * 1024 * 1024
    /// What is read and dropped of a message that is too large, so that its sender hears why; then the connection
    /// ends.
    public static let droppedOctetsMax = 64 * 1024 * 1024
    public static let messagesPerSessionMax = 10_000
    public static let idleCommandsMax = 100
    public static let errorsPerSessionMax = 20
    /// Credentials of one connection that may be refused; the same ones again are not counted again.
    public static let failedAuthenticationsMax = 3
}
