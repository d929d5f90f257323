public import Base

/// One message that a caller asks to send: what every mail personality's request comes down to.
///
/// All of it was checked before the value was made: addresses, header names and values, sizes.
public struct Submission: Sendable, Equatable {
    public struct HeaderField: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var from: MailAddress
    public var to: [MailAddress]
    public var cc: [MailAddress]
    public var bcc: [MailAddress]
    public var replyTo: [MailAddress]
    public var subject: String
    public var text: String?
    public var html: String?
    /// The caller's own header fields, in the caller's order.
    public var headers: [HeaderField]
    public var tags: [String]
    public var attachments: [Attachment]
    /// Not before this time; nil or past means now.
    public var scheduledAt: Instant?
    /// Add one-click unsubscribe header fields (RFC 8058).
    public var unsubscribe: Bool
    public var idempotency: IdempotencyKey?
    /// The message itself, where it came in as finished bytes; nil where it is composed of all the rest.
    public var raw: RawContent?
    /// The template that texts and subject were made of; nil: none. They are finished all the same.
    public var template: TemplateUse?
    /// What the personality hangs on the message and the kernel does not read: JSON; nil: nothing.
    public var facet: [UInt8]?
    /// A body for readers that show AMP (`text/x-amp-html`), beside the others.
    public var amp: String?
    /// The Message-ID that finished bytes came with, in its brackets (RFC 5322 §3.6.4); nil: it gets one of ours.
    public var messageID: String?
    public var division = Division.perMessage
    /// The message is a test, and is to come to this; nil: it is meant.
    public var sandbox: Wish?
    /// No attempt is made after this; nil: as long as the retry policy says.
    public var expiresAt: Instant?
    /// Its caller's own word; nil: as long as the operator keeps messages.
    public var keeping: Keeping?

    public init(
        from: MailAddress, to: [MailAddress], cc: [MailAddress] = [], bcc: [MailAddress] = [],
        replyTo: [MailAddress] = [], subject: String, text: String? = nil, html: String? = nil,
        headers: [HeaderField] = [], tags: [String] = [], attachments: [Attachment] = [],
        scheduledAt: Instant? = nil, unsubscribe: Bool = false, idempotency: IdempotencyKey? = nil,
        raw: RawContent? = nil, template: TemplateUse? = nil, facet: [UInt8]? = nil
    ) {
        self.from = from
        self.to = to
        self.cc = cc
        self.bcc = bcc
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.headers = headers
        self.tags = tags
        self.attachments = attachments
        self.scheduledAt = scheduledAt
        self.unsubscribe = unsubscribe
        self.idempotency = idempotency
        self.raw = raw
        self.template = template
        self.facet = facet
    }

    /// Everyone the message goes to, in the order to, cc, bcc, each address once (compared without case in the domain).
    public var envelope: [(role: Recipient.Role, address: MailAddress)] {
        // Nothing to compare with: most messages have one recipient.
        if to.count == 1, cc.isEmpty, bcc.isEmpty { return [(.to, to[0])] }
        var seen: Set<EnvelopeKey> = []
        var envelope: [(Recipient.Role, MailAddress)] = []
        for (role, list) in [(Recipient.Role.to, to), (.cc, cc), (.bcc, bcc)] {
            for address in list where seen.insert(EnvelopeKey(address)).inserted { envelope.append((role, address)) }
        }
        return envelope
    }
}

extension Submission {
    /// For how long after its acceptance something of a message is kept, and never less than until its last recipient
    /// is final. nil: for good.
    public struct Keeping: Sendable, Equatable {
        /// Texts, attachments and files. What was given up cannot be sent again then.
        public var contents: Duration?
        /// All of it.
        public var message: Duration?

        public init(contents: Duration? = nil, message: Duration? = nil) {
            self.contents = contents
            self.message = message
        }
    }
}

extension Submission {
    /// What of a submission is told of, and identified, as one.
    public enum Division: UInt8, Sendable, CaseIterable {
        /// The message, with all its recipients.
        case perMessage = 0
        /// Each recipient's part. A composed message names nobody else in its header then, and every part has a
        /// Message-ID of its own.
        case perRecipient = 1
        /// Each recipient's part, of a message whose header and Message-ID they share.
        case sharedHeader = 2
    }

    /// What a test is to come to.
    public enum Wish: UInt8, Sendable, CaseIterable {
        case delivered = 1
        case bounced = 2
        /// One temporary refusal, and nothing after it.
        case deferred = 3
        /// Given up by us.
        case failed = 4
        case suppressed = 5
    }
}

/// Local parts keep their case (RFC 5321 §2.4), domains do not.
private struct EnvelopeKey: Hashable {
    let localPart: Substring
    let domain: String

    init(_ address: MailAddress) {
        localPart = address.address[..<(address.address.lastIndex(of: "@") ?? address.address.endIndex)]
        domain = address.domain
    }
}

/// Which version of which template a message was made of.
public struct TemplateUse: Sendable, Hashable {
    public var template: Template.ID
    public var version: Int

    public init(template: Template.ID, version: Int) {
        self.template = template
        self.version = version
    }
}

/// A caller's promise that two requests with this key are one.
public struct IdempotencyKey: Hashable, Sendable {
    /// The key as sent, within the namespace that the personality's rule gives it.
    public var text: UserData

    public init(_ text: UserData) { self.text = text }
}
