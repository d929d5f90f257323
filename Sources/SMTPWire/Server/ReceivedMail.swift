/// A message as a client handed it over: envelope and content, before anybody took responsibility for it.
public struct ReceivedMail: Equatable, Sendable {
    public var sender: ReversePath
    /// At least one, in the order of the commands.
    public var recipients: [EnvelopeRecipient]
    /// Dots unstuffed, every line ended by CRLF but for the last of a chunked one; not a byte else is changed.
    public var content: [UInt8]
    public var trace: TraceFacts
}

/// What the sender's command said (RFC 5321 §4.1.1.2).
public struct ReversePath: Equatable, Sendable {
    /// Nil is the null reverse-path `<>` of reports (RFC 5321 §4.5.5).
    public var mailbox: Mailbox?
    public var parameters = SenderParameters()
}

/// The parameters of MAIL that we know.
public struct SenderParameters: Equatable, Sendable {
    public enum Body: String, Sendable {
        case sevenBit = "7BIT"
        case eightBitMIME = "8BITMIME"
    }

    /// RFC 3461 §4.3: what of the message a report returns.
    public enum Returned: String, Sendable {
        case full = "FULL"
        case headers = "HDRS"
    }

    public var size: Int?  // RFC 1870 §6
    public var body: Body?  // RFC 6152 §2
    public var smtpUTF8 = false  // RFC 6531 §3.4
    public var returned: Returned?
    /// RFC 3461 §4.4, decoded: printable ASCII.
    public var envelopeID: String?

    public init() {}
}

/// One accepted RCPT.
public struct EnvelopeRecipient: Equatable, Sendable {
    public var mailbox: Mailbox
    public var parameters = RecipientParameters()
}

/// The parameters of RCPT that we know (RFC 3461 §4.1, §4.2).
public struct RecipientParameters: Hashable, Sendable {
    public struct Notify: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let success = Notify(rawValue: 1)
        public static let failure = Notify(rawValue: 2)
        public static let delay = Notify(rawValue: 4)
    }

    /// Empty is NEVER; nil where the client did not say.
    public var notify: Notify?
    /// `addr-type;address`, the address decoded.
    public var originalRecipient: String?

    public init() {}
}

/// What a trace field tells of how a message came in (RFC 5321 §4.4).
public struct TraceFacts: Hashable, Sendable {
    /// Only characters of domains and address literals.
    public var heloName: String
    /// `ESMTP`, with `S` inside TLS and `A` for an authenticated client (RFC 3848); `SMTP` after HELO. International
    /// mail has names of its own (RFC 6531 §4.3).
    public var protocolName: String
}
