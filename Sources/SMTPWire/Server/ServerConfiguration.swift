/// How one listener receives mail.
public struct ServerConfiguration: Equatable, Sendable {
    /// Named in the greeting and in the reply to EHLO.
    public var hostName: HeloName
    public var limits: ServerLimits
    public var replies: ServerReplies
    /// STARTTLS is offered, where the connection is not inside TLS already.
    public var offersStartTLS: Bool
    /// Without TLS there is neither AUTH nor MAIL.
    public var requiresTLS: Bool
    /// None: AUTH is not offered.
    public var mechanisms: [SASLMechanism]
    /// MAIL needs an authenticated client.
    public var requiresAuthentication: Bool
    /// Nothing is taken but what RFC 5321 writes: no blank behind `MAIL FROM:` and `RCPT TO:`, as many clients have.
    public var isStrict: Bool

    public init(
        hostName: HeloName, limits: ServerLimits = ServerLimits(), replies: ServerReplies = ServerReplies(),
        offersStartTLS: Bool = false, requiresTLS: Bool = false, mechanisms: [SASLMechanism] = [],
        requiresAuthentication: Bool = false, isStrict: Bool = false
    ) {
        self.hostName = hostName
        self.limits = limits
        self.replies = replies
        self.offersStartTLS = offersStartTLS
        self.requiresTLS = requiresTLS
        self.mechanisms = mechanisms
        self.requiresAuthentication = requiresAuthentication
        self.isStrict = isStrict
    }
}

/// What a client may take of a session. The defaults are the server's own; a dialect may set others.
public struct ServerLimits: Equatable, Sendable {
    /// RFC 1870 §3: of the content, without dot-stuffing.
    public var messageOctetsMax = SMTPLimits.messageOctetsMax
    /// RFC 5321 §4.5.3.1.8 asks for room for a hundred.
    public var recipientsMax = SMTPLimits.recipientsPerTransactionMax
    /// Transactions of one connection.
    public var messagesMax = SMTPLimits.messagesPerSessionMax
    /// Commands that bring no message forward, between two messages.
    public var idleCommandsMax = SMTPLimits.idleCommandsMax
    /// Refused commands between two accepted messages.
    public var errorsMax = SMTPLimits.errorsPerSessionMax

    public init() {}
}

/// What the session answers by itself where dialects differ.
public struct ServerReplies: Equatable, Sendable {
    /// Behind the host's name in the greeting.
    public var greeting = "ESMTP"
    public var encryptionRequired = Reply(
        .authenticationOrTLSRequired, .securityFailure, "Must issue a STARTTLS command first")
    public var authenticationRequired = Reply(
        .authenticationOrTLSRequired, .securityFailure, "Authentication required")
    public var tooManyRecipients = Reply(.insufficientStorage, .tooManyRecipientsForNow, "Too many recipients")
    public var messageTooLarge = Reply(.storageExceeded, .messageTooLarge, "Message is too large")
    public var messagesUsedUp = Reply(
        .serviceNotAvailable, .temporaryFailure, "Too many messages on one connection, open another")
    public var outOfMemory = Reply(.insufficientStorage, .systemFullForNow, "Insufficient system storage")
    public var draining = Reply(.serviceNotAvailable, .systemNotAcceptingForNow, "Server is shutting down")

    public init() {}
}

extension Reply {
    /// A reply of one line, which we send.
    public init(_ code: ReplyCode, _ status: EnhancedStatus?, _ text: String) {
        self.init(code: code, status: status, lines: [text])
    }
}
