public import Base

/// A message that came in as finished bytes, and what its envelope said beyond its recipients.
///
/// What a `Submission` says beside it (sender, recipients, subject) was read from these bytes, for looking at; what
/// goes out are the bytes. A class, so that the messages that have none pay nothing for it; it never changes.
public final class RawContent: Sendable {
    /// RFC 5322 with CRLF line ends: what was received, without the fields that spoke to us.
    public let bytes: [UInt8]
    /// As MAIL gave it (RFC 5321 §4.1.1.2); nil for the null reverse-path.
    public let reversePath: String?
    /// Header and addresses may be UTF-8, and every hop has to know it (RFC 6531).
    public let isInternational: Bool
    /// nil: it was made here.
    public let trace: MailTrace?
    public let reports: ReportWishes

    public init(
        bytes: [UInt8], reversePath: String?, isInternational: Bool, trace: MailTrace?, reports: ReportWishes
    ) {
        self.bytes = bytes
        self.reversePath = reversePath
        self.isInternational = isInternational
        self.trace = trace
        self.reports = reports
    }
}

extension RawContent: Equatable {
    public static func == (left: RawContent, right: RawContent) -> Bool {
        left.bytes == right.bytes && left.reversePath == right.reversePath
            && left.isInternational == right.isInternational && left.trace == right.trace
            && left.reports == right.reports
    }
}

/// How a message came in, for its trace field (RFC 5321 §4.4).
public struct MailTrace: Hashable, Sendable {
    /// What the client called itself: only characters of domains and address literals.
    public var heloName: String
    /// nil: a client on a local socket.
    public var client: IPAddress?
    /// As registered, such as `ESMTPSA` (RFC 3848).
    public var protocolName: String
    /// What we called ourselves.
    public var serverName: String

    public init(heloName: String, client: IPAddress?, protocolName: String, serverName: String) {
        self.heloName = heloName
        self.client = client
        self.protocolName = protocolName
        self.serverName = serverName
    }
}

/// Which delivery status reports a sender asked for (RFC 3461).
public struct ReportWishes: Hashable, Sendable {
    /// What of the message a report returns.
    public enum Returned: UInt8, Sendable {
        case full = 1
        case headers = 2
    }

    /// What was asked for one recipient.
    public struct Recipient: Hashable, Sendable {
        public var address: String
        /// The bits of `success`, `failure` and `delay`; none of them: never. nil: as the server thinks fit.
        public var notify: UInt8?
        /// `addr-type;address`.
        public var original: String?

        public static let success: UInt8 = 1
        public static let failure: UInt8 = 2
        public static let delay: UInt8 = 4

        public init(address: String, notify: UInt8?, original: String?) {
            self.address = address
            self.notify = notify
            self.original = original
        }
    }

    public var returned: Returned?
    public var envelopeID: String?
    /// Only recipients for whom something was asked.
    public var recipients: [Recipient]

    public init(returned: Returned? = nil, envelopeID: String? = nil, recipients: [Recipient] = []) {
        self.returned = returned
        self.envelopeID = envelopeID
        self.recipients = recipients
    }
}
