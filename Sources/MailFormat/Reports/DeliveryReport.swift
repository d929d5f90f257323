package import Base

/// What a mail server reports of a message that it had taken over: a delivery status notification (RFC 3464), one of an
/// international message (RFC 6533), or one of the forms that servers use in its place.
package struct DeliveryReport: Sendable, Equatable {
    /// RFC 3464 §2.3.3
    package enum Action: Sendable, Equatable {
        case failed
        /// It is tried further.
        case delayed
        case delivered
        /// To a server that sends no such reports.
        case relayed
        /// To several others.
        case expanded
    }

    package struct Recipient: Sendable, Equatable {
        /// The address as its sender wrote it, and as it was in the end, after forwarding; nil where the report does
        /// not say.
        package var original: String?
        package var final: String?
        package var action: Action
        package var status: ReportedStatus?
        /// The reply code that another server gave; nil where none is told.
        package var code: Int?
        /// The server's own words, of any length up to `MailLimits.diagnosticMax`.
        package var diagnostic: UserData?
        /// The server that spoke them.
        package var remoteHost: String?

        package init(
            original: String? = nil, final: String? = nil, action: Action, status: ReportedStatus? = nil,
            code: Int? = nil, diagnostic: UserData? = nil, remoteHost: String? = nil
        ) {
            self.original = original
            self.final = final
            self.action = action
            self.status = status
            self.code = code
            self.diagnostic = diagnostic
            self.remoteHost = remoteHost
        }

        /// What failed may be tried again some other day.
        package var isTransient: Bool {
            if let status { return status.class == 4 }
            return code.map { $0 < 500 } ?? false
        }
    }

    /// At least one.
    package var recipients: [Recipient]

    package init(recipients: [Recipient]) { self.recipients = recipients }

    /// nil for a message that is no such report, as far as can be told.
    init?(_ header: HeaderBlock, _ parts: [ReceivedPart]) {
        recipients = parts.filter { Self.kinds.contains($0.kind) }.flatMap(Self.recipients)
        if recipients.isEmpty { recipients = BounceText(header, parts).recipients }
        if recipients.isEmpty { return nil }
    }

    /// RFC 3464 §2.1, RFC 6533 §4
    private static let kinds: Set<String> = ["message/delivery-status", "message/global-delivery-status"]

    private static func recipients(_ part: ReceivedPart) -> [Recipient] {
        ReportFields.groups(in: part.bytes).compactMap(recipient)
    }

    /// RFC 3464 §2.3; nil for the fields of the whole message.
    private static func recipient(_ fields: ReportFields) -> Recipient? {
        let original = fields["original-recipient"].map(TypedValue.init)
        let final = fields["final-recipient"].map(TypedValue.init)
        guard original != nil || final != nil else { return nil }
        let diagnostic = fields["diagnostic-code"].map { TypedValue($0).value }
        let status = (fields["status"] ?? diagnostic).flatMap { ReportedStatus(in: $0) }
        return Recipient(
            original: original?.address, final: final?.address, action: action(fields["action"], status),
            status: status, code: diagnostic.flatMap { ReportedStatus.replyCode(in: $0) },
            diagnostic: diagnostic.map { UserData(String($0.prefix(MailLimits.diagnosticMax))) },
            remoteHost: fields["remote-mta"].map { String(TypedValue($0).word.prefix(MailLimits.domainMax)) })
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
