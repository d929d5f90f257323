public import Base

/// What a mail server reports of a message that it had taken over: a delivery status notification (RFC 3464), one of an
/// international message (RFC 6533), or one of the forms that servers use in its place.
public struct DeliveryReport: Sendable, Equatable {
    /// RFC 3464 §2.3.3
    public enum Action: Sendable, Equatable {
        case failed
        /// It is tried further.
        case delayed
        case delivered
        /// To a server that sends no such reports.
        case relayed
        /// To several others.
        case expanded
    }

    public struct Recipient: Sendable, Equatable {
        /// The address as its sender wrote it, and as it was in the end, after forwarding; nil where the report does
        /// not say.
        public var original: String?
        public var final: String?
        /// Other forms of these, and other addresses that the report names in connection with the failure; the most
        /// likely one first.
        public var alsoNamed: [String]
        public var action: Action
        /// What the server that refused said, or else what the report says.
        public var status: ReportedStatus?
        /// The reply code that another server gave; nil where none is told.
        public var code: Int?
        /// The server's own words, of any length up to `MailLimits.diagnosticMax`.
        public var diagnostic: UserData?
        /// The server that spoke them.
        public var remoteHost: String?
        /// The command that was refused; nil where the report does not tell.
        public var command: RefusedCommand?

        public init(
            original: String? = nil, final: String? = nil, alsoNamed: [String] = [], action: Action,
            status: ReportedStatus? = nil, code: Int? = nil, diagnostic: UserData? = nil, remoteHost: String? = nil,
            command: RefusedCommand? = nil
        ) {
            self.original = original
            self.final = final
            self.alsoNamed = alsoNamed
            self.action = action
            self.status = status
            self.code = code
            self.diagnostic = diagnostic
            self.remoteHost = remoteHost
            self.command = command
        }

        /// Whoever is named, those first that are believed most.
        public var names: [String] { [original, final].compactMap { $0 } + alsoNamed }

        /// What failed may be tried again some other day (RFC 5321 §4.2.1: the reply's first digit says so).
        public var isTransient: Bool { code.map { $0 < 500 } ?? status.map { $0.class == 4 } ?? false }
    }

    /// At least one.
    public var recipients: [Recipient]
    /// What the sender called the transaction (RFC 3464 §2.2.1), in each form that it may have come back in: as it
    /// stands there, and read as the xtext in which some return it. Empty where the report does not say.
    public var envelopeIDs: [String]

    public init(recipients: [Recipient], envelopeIDs: [String] = []) {
        self.recipients = recipients
        self.envelopeIDs = envelopeIDs
    }

    /// nil for a message that is no such report, as far as can be told.
    init?(_ header: HeaderBlock, _ parts: [ReceivedPart]) {
        let notice = NoticeText(parts)
        let groups = parts.filter { Self.kinds.contains($0.kind) }.flatMap { ReportFields.groups(in: $0.bytes) }
        envelopeIDs = groups.lazy.compactMap { $0["original-envelope-id"] }.first.map(Self.forms) ?? []
        let told = groups.compactMap(Self.recipient)
        recipients = told.map { Self.completed($0, by: notice, isOnly: told.count == 1) }
        if recipients.isEmpty { recipients = BounceText(header, parts, notice).recipients }
        if recipients.isEmpty { return nil }
    }

    /// RFC 3464 §2.1, RFC 6533 §4
    static let kinds: Set<String> = ["message/delivery-status", "message/global-delivery-status"]

    static func recipients(in bytes: [UInt8]) -> [Recipient] { ReportFields.groups(in: bytes).compactMap(recipient) }

    /// RFC 3461 §4.4: an ENVID is xtext on its way, and is to come back decoded.
    private static func forms(_ text: String) -> [String] {
        let text = text.trimmingSpaces()
        return [String(text)] + [TypedValue.decodedXText(String(text))].compactMap { $0 }
    }

    /// RFC 3464 §2.3; nil for the fields of the whole message.
    private static func recipient(_ fields: ReportFields) -> Recipient? {
        let original = fields["original-recipient"].map(TypedValue.init)
        let final = fields["final-recipient"].map(TypedValue.init)
        guard original != nil || final != nil else { return nil }
        let diagnostic = fields["diagnostic-code"].map { TypedValue($0).value }
        let own = diagnostic.flatMap { ReportedStatus(in: $0) }
        let status = own ?? fields["status"].flatMap { ReportedStatus(in: $0) }
        let actual = fields["x-actual-recipient"].map(TypedValue.init)
        return Recipient(
            original: original?.address, final: final?.address,
            alsoNamed: [original?.addressOfXText, actual?.address].compactMap { $0 },
            action: action(fields["action"], status),
            status: status, code: diagnostic.flatMap { ReportedStatus.replyCode(in: $0) },
            diagnostic: diagnostic.map { UserData(String($0.prefix(MailLimits.diagnosticMax))) },
            remoteHost: fields["remote-mta"].map { String(TypedValue($0).word.prefix(MailLimits.domainMax)) },
            command: diagnostic.flatMap(RefusedCommand.init))
    }

    /// What the part for people adds to the machine's: OpenSMTPD and Google have the refusal there alone, Postfix the
    /// command, and where an alias was followed, the address that it was.
    private static func completed(_ recipient: Recipient, by notice: NoticeText, isOnly: Bool) -> Recipient {
        var recipient = recipient
        let block = notice.block(of: recipient.final) ?? notice.block(of: recipient.original)
        let said = block?.text ?? (isOnly ? notice.lines.joined(separator: " ") : "")
        if recipient.diagnostic == nil {
            let lines = block?.lines ?? (isOnly ? notice.refusals() : [])
            // A status that leaves no doubt takes nothing from words that may be anybody's.
            let isTold = lines.contains(where: NoticeText.isRefusal) || recipient.status?.isVague != false
            let text = isTold ? lines.joined(separator: " ") : ""
            if !text.isEmpty { recipient.diagnostic = UserData(String(text.prefix(MailLimits.diagnosticMax))) }
            recipient.status = ReportedStatus(in: text) ?? recipient.status
            recipient.code = ReportedStatus.replyCode(in: text)
        }
        if recipient.command == nil { recipient.command = RefusedCommand(toldIn: said) }
        if let block { recipient.alsoNamed += NoticeText.generators(in: block) }
        return recipient
    }

    /// The word is required, and yet some leave it out, or write another.
    private static func action(_ text: String?, _ status: ReportedStatus?) -> Action {
        let word = (text ?? "").asciiLowercased
        if let known = actions.first(where: { word.hasPrefix($0.word) }) { return known.action }
        return status?.isPermanent == true ? .failed : .delayed
    }

    private static let actions: [(word: String, action: Action)] = [
        ("fail", .failed), ("delayed", .delayed), ("delivered", .delivered), ("relayed", .relayed),
        ("expanded", .expanded),
    ]
}
