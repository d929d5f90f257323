/// How one listener receives mail.
package struct ServerConfiguration: Equatable, Sendable {
    /// Named in the greeting and in the reply to EHLO.
    package var hostName: HeloName
    package var limits: ServerLimits
    package var replies: ServerReplies
    /// STARTTLS is offered, where the connection is not inside TLS already.
    package var offersStartTLS: Bool
    /// Without TLS there is neither AUTH nor MAIL.
    package var requiresTLS: Bool
    /// None: AUTH is not offered.
    package var mechanisms: [SASLMechanism]
    /// MAIL needs an authenticated client.
    package var requiresAuthentication: Bool
    /// Nothing is taken but what RFC 5321 writes: no blank behind `MAIL FROM:` and `RCPT TO:`, as many clients have.
    package var isStrict: Bool

    package init(
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
package struct ServerLimits: Equatable, Sendable {
    /// RFC 1870 §3: of the content, without dot-stuffing.
    package var messageOctetsMax = SMTPLimits.messageOctetsMax
    /// RFC 5321 §4.5.3.1.8 asks for room for a hundred.
    package var recipientsMax = SMTPLimits.recipientsPerTransactionMax
    /// Transactions of one connection.
    package var messagesMax = SMTPLimits.messagesPerSessionMax
    /// Commands that bring no message forward, between two messages.
    package var idleCommandsMax = SMTPLimits.idleCommandsMax
    /// Refused commands between two accepted messages.
    package var errorsMax = SMTPLimits.errorsPerSessionMax

    package init() {}
}

/// What the session answers by itself where dialects differ.
package struct ServerReplies: Equatable, Sendable {
    /// Behind the host's name in the greeting.
    package var greeting = "ESMTP"
    package var encryptionRequired = Reply(
        .authenticationOrTLSRequired, .securityFailure, "Must issue a STARTTLS command first")
    package var authenticationRequired = Reply(
        .authenticationOrTLSRequired, .securityFailure, "Authentication required")
    package var tooManyRecipients = Reply(.insufficientStorage, .tooManyRecipientsForNow, "Too many recipients")
    package var messageTooLarge = Reply(.storageExceeded, .messageTooLarge, "Message is too large")
    package var messagesUsedUp = Reply(
        .serviceNotAvailable, .temporaryFailure, "Too many messages on one connection, open another")
    package var outOfMemory = Reply(.insufficientStorage, .systemFullForNow, "Insufficient system storage")
    package var draining = Reply(.serviceNotAvailable, .systemNotAcceptingForNow, "Server is shutting down")

    package init() {}
}

extension Reply {
    /// A reply of one line, which we send.
    package init(_ code: ReplyCode, _ status: EnhancedStatus?, _ text: String) {
        self.init(code: code, status: status, lines: [text])
    }
}
