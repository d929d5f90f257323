public import Model

/// How a personality takes mail over SMTP: data, and the functions that speak its words.
///
/// **Contract.** Fixed when the program starts, without side effects, and asked from any thread, as all of a
/// personality is.
public struct SMTPDialect: Sendable {
    /// The SASL mechanisms that clients are offered.
    public enum Mechanism: Sendable, Equatable {
        case plain
        case login
    }

    /// Where AUTH's user and password are looked up.
    public enum CredentialSource: Sendable, Equatable {
        /// The password is one of the personality's keys. `user`: what stands beside it; nil: anything.
        case key(user: String?)
        /// The user is that of a credential of the kind `smtp`, and the password its secret.
        case user
    }

    /// Tighter than the server's own; nil: those.
    public struct Limits: Sendable, Equatable {
        public var recipients: Int?
        /// Octets of a message.
        public var messageBytes: Int?
        public var messagesPerConnection: Int?
        /// How long a client may say nothing.
        public var idle: Duration?

        public init(
            recipients: Int? = nil, messageBytes: Int? = nil, messagesPerConnection: Int? = nil, idle: Duration? = nil
        ) {
            self.recipients = recipients
            self.messageBytes = messageBytes
            self.messagesPerConnection = messagesPerConnection
            self.idle = idle
        }
    }

    /// Behind the host's name in the greeting.
    public var greeting: String
    public var mechanisms: [Mechanism]
    public var credentials: CredentialSource
    /// Neither AUTH nor MAIL outside TLS, wherever TLS is offered.
    public var requiresTLS: Bool
    public var limits: Limits
    /// What sending a message asks of the key, and the class that it is counted in.
    public var requirement: Requirement
    public var rateClass: RateClass
    /// What a message's idempotency key means; nil: there is none.
    public var idempotency: IdempotencyRule?
    /// Header fields that speak to the server, in lower case. They are taken out before the message goes on.
    public var specialFields: Set<String>

    /// Carries out what the special fields say, for its sender. The submission is all that the message said else.
    public typealias Interpretation =
        @Sendable (SpecialFields, Principal, inout Submission) throws(KernelFailure) -> Void
    public var interpret: Interpretation

    /// A failure in this dialect, at the place where it met the client.
    public var reply: @Sendable (KernelFailure, SMTPStage, SMTPPeer) -> SMTPReply
    /// What a client is told of a message that is on disk.
    public var accepted: @Sendable (Acceptance, PublicIDs) -> SMTPReply

    public init(
        greeting: String = "ESMTP", mechanisms: [Mechanism], credentials: CredentialSource, requiresTLS: Bool,
        limits: Limits = Limits(), requirement: Requirement, rateClass: RateClass, idempotency: IdempotencyRule?,
        specialFields: Set<String>, interpret: @escaping Interpretation,
        reply: @escaping @Sendable (KernelFailure, SMTPStage, SMTPPeer) -> SMTPReply,
        accepted: @escaping @Sendable (Acceptance, PublicIDs) -> SMTPReply
    ) {
        self.greeting = greeting
        self.mechanisms = mechanisms
        self.credentials = credentials
        self.requiresTLS = requiresTLS
        self.limits = limits
        self.requirement = requirement
        self.rateClass = rateClass
        self.idempotency = idempotency
        self.specialFields = specialFields
        self.interpret = interpret
        self.reply = reply
        self.accepted = accepted
    }
}

/// Who a client has said to be, for replies that name it. Only what was given to it by us: nothing is the client's own
/// text.
public struct SMTPPeer: Sendable, Equatable {
    /// Of its credential; nil before it is known, and for credentials without one.
    public var user: String?
    /// The account's public id.
    public var account: String?

    public init(user: String? = nil, account: String? = nil) {
        self.user = user
        self.account = account
    }
}

/// Where in a session a failure meets the client.
public enum SMTPStage: Sendable, CaseIterable {
    case connection
    case authentication
    case sender
    case recipient
    /// The end of the content.
    case message
}

/// One reply (RFC 5321 §4.2): a code, the enhanced status that goes with it (RFC 3463), a line of text. The text is
/// made printable before it is sent, so that it can neither end the reply nor begin another.
public struct SMTPReply: Sendable, Equatable {
    /// 200 to 599; its first digit is the status's class as well.
    public var code: UInt16
    public var subject: UInt16
    public var detail: UInt16
    public var text: String

    /// `status`: subject and detail, such as (7, 1) of `5.7.1`.
    public init(_ code: UInt16, _ status: (subject: UInt16, detail: UInt16), _ text: String) {
        self.code = code
        subject = status.subject
        detail = status.detail
        self.text = text
    }
}

/// The values of a message's special fields.
public struct SpecialFields: Sendable {
    private let fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)]) { self.fields = fields }

    /// The value of the first field of that name, which is lower case; nil for none, and for an empty one.
    public subscript(_ name: String) -> String? {
        fields.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }
}
