/// A message as a client handed it over: envelope and content, before anybody took responsibility for it.
package struct ReceivedMail: Equatable, Sendable {
    package var sender: ReversePath
    /// At least one, in the order of the commands.
    package var recipients: [EnvelopeRecipient]
    /// Dots unstuffed, every line ended by CRLF but for the last of a chunked one; not a byte else is changed.
    package var content: [UInt8]
    package var trace: TraceFacts
}

/// What the sender's command said (RFC 5321 §4.1.1.2).
package struct ReversePath: Equatable, Sendable {
    /// Nil is the null reverse-path `<>` of reports (RFC 5321 §4.5.5).
    package var mailbox: Mailbox?
    package var parameters = SenderParameters()
}

/// The parameters of MAIL that we know.
package struct SenderParameters: Equatable, Sendable {
    package enum Body: String, Sendable {
        case sevenBit = "7BIT"
        case eightBitMIME = "8BITMIME"
    }

    /// RFC 3461 §4.3: what of the message a report returns.
    package enum Returned: String, Sendable {
        case full = "FULL"
        case headers = "HDRS"
    }

    package var size: Int?  // RFC 1870 §6
    package var body: Body?  // RFC 6152 §2
    package var smtpUTF8 = false  // RFC 6531 §3.4
    package var returned: Returned?
    /// RFC 3461 §4.4, decoded: printable ASCII.
    package var envelopeID: String?

    package init() {}
}

/// One accepted RCPT.
package struct EnvelopeRecipient: Equatable, Sendable {
    package var mailbox: Mailbox
    package var parameters = RecipientParameters()
}

/// The parameters of RCPT that we know (RFC 3461 §4.1, §4.2).
package struct RecipientParameters: Hashable, Sendable {
    package struct Notify: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let success = Notify(rawValue: 1)
        package static let failure = Notify(rawValue: 2)
        package static let delay = Notify(rawValue: 4)
    }

    /// Empty is NEVER; nil where the client did not say.
    package var notify: Notify?
    /// `addr-type;address`, the address decoded.
    package var originalRecipient: String?

    package init() {}
}

/// What a trace field tells of how a message came in (RFC 5321 §4.4).
package struct TraceFacts: Hashable, Sendable {
    /// Only characters of domains and address literals.
    package var heloName: String
    /// `ESMTP`, with `S` inside TLS and `A` for an authenticated client (RFC 3848); `SMTP` after HELO. International
    /// mail has names of its own (RFC 6531 §4.3).
    package var protocolName: String
}
