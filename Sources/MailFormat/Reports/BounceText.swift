import Base

/// Reads bounces that are written for people alone: qmail's form (https://cr.yp.to/proto/qsbmf.txt), that of Exim, and
/// what other servers write. What is not surely a bounce is none.
///
/// Only what comes from a mail system counts, as it says by its address, by the form's first words, by a field of its
/// own or by its subject: a person's answering machine may quote a refusal too.
struct BounceText {
    private(set) var recipients: [DeliveryReport.Recipient] = []
    private let notice: NoticeText
    private let subject: String

    init(_ header: HeaderBlock, _ parts: [ReceivedPart], _ notice: NoticeText) {
        self.notice = notice
        subject = (header.text(of: "subject") ?? "").asciiLowercased
        let named = header.fields(named: "x-failed-recipients").flatMap {
            AddressListReader.mailboxes(in: header.bytes($0)).compactMap { $0?.address.text }
        }
        let isOfForm = notice.lines.first { !$0.isEmpty }?.hasPrefix(Self.qmailGreeting) == true
        let isOfSystem = Self.isFromMailSystem(header) || parts.contains { DeliveryReport.kinds.contains($0.kind) }
        guard isOfForm || !named.isEmpty || isOfSystem || speaksBySubject else { return }
        let isReturned = isOfSystem && (notice.hasCopy || parts.contains { Self.copyKinds.contains($0.kind) })
        let isFailure = isOfForm || !named.isEmpty || speaksBySubject || speaks(Self.failureWords) || isReturned
        guard isFailure || !notice.refusals().isEmpty else { return }
        // Some tell of success in the same form.
        if speaks(Self.successWords), notice.refusals().isEmpty, !speaks(Self.failureWords) { return }
        let isWarning = speaks(Self.warningWords) && !speaks(Self.endWords) && !isOfForm
        recipients = found(named).map { recipient in
            var recipient = recipient
            let mayPass = recipient.isTransient && !isFailure && !speaks(Self.endWords)
            if recipient.action == .failed, isWarning || mayPass { recipient.action = .delayed }
            return recipient
        }
    }

    /// Whom it speaks of: those that a field names, that a machine's fields within the text name, that have a block of
    /// their own; or one whom it does not name, or somewhere in a sentence.
    private func found(_ named: [String]) -> [DeliveryReport.Recipient] {
        if !named.isEmpty {
            return named.prefix(MailLimits.textRecipientsMax).map { recipient($0, notice.block(of: $0)) }
        }
        let text = Array(notice.lines.joined(separator: "\r\n").utf8)
        let fields = notice.lowered.contains("final-recipient:") ? DeliveryReport.recipients(in: text) : []
        if !fields.isEmpty { return fields }
        if !notice.blocks.isEmpty { return notice.blocks.map { recipient($0.address, $0) } }
        var one = recipient(nil, nil)
        one.alsoNamed = notice.addresses
        return [one]
    }

    private func recipient(_ address: String?, _ block: NoticeText.Block?) -> DeliveryReport.Recipient {
        var said = block?.lines ?? []
        if !said.contains(where: NoticeText.isRefusal) {
            let about = notice.refusals(naming: address)
            said += about.isEmpty && notice.blocks.count < 2 ? notice.refusals() : about
        }
        if said.isEmpty { said = notice.lines.filter { !$0.isEmpty } }
        let text = said.joined(separator: " ")
        return DeliveryReport.Recipient(
            final: address, alsoNamed: block.map { NoticeText.generators(in: $0) } ?? [], action: .failed,
            status: ReportedStatus(in: text), code: ReportedStatus.replyCode(in: text),
            diagnostic: UserData(String(text.prefix(MailLimits.diagnosticMax))),
            command: RefusedCommand(toldIn: block.map(\.text) ?? notice.lowered))
    }

    /// The message comes back with it.
    private static let copyKinds: Set<String> = ["message/rfc822", "text/rfc822-headers", "text/rfc822-header"]

    // MARK: Whom it is from

    /// What the form begins with.
    private static let qmailGreeting = "Hi. This is the"

    /// dma writes `MAILER-DAEMON <>`, which is no address.
    private static func isFromMailSystem(_ header: HeaderBlock) -> Bool {
        ["from", "sender"].flatMap { header.fields(named: $0) }.contains { field in
            let text = header.text(field).asciiLowercased
            return text == "<>" || mailSystems.contains { text.contains($0) }
        }
    }

    private static let mailSystems = [
        "mailer-daemon", "mailer daemon", "mailerdaemon", "postmaster", "mdaemon", "mail delivery", "mail-daemon",
        "delivery subsystem", "mail system", "mailsystem", "mail administrator", "mail-administrator",
    ]

    // MARK: What it says

    private func speaks(_ words: [String]) -> Bool { words.contains { notice.lowered.contains($0) } }

    private var speaksBySubject: Bool { Self.subjects.contains { subject.contains($0) } }

    private static let subjects = [
        "undeliver", "delivery failure", "delivery failed", "failure notice", "returned mail", "non delivery",
        "non-delivery", "nondeliver", "could not be delivered", "couldn't be delivered", "notification (failure)",
        "status notification: error", "status notification: fail", "mail system error", "returned to sender",
        "delivery error", "delivery problem", "unzustellbar", "non remis", "delivery has failed",
    ]
    private static let failureWords = [
        "unable to deliver", "could not be delivered", "couldn't be delivered", "undeliverable", "delivery failed",
        "failed permanently", "permanent error", "fatal error", "delivery failure", "failure reason",
        "wasn't able to deliver", "not able to deliver", "did not reach", "was not delivered", "not be delivered",
        "error delivering", "trouble delivering", "trying to deliver", "attempting to deliver",
        "delivery to the following", "invalid final delivery", "could not deliver", "cannot be delivered",
        "can not be delivered", "cannot deliver", "failed to deliver", "delivery unsuccessful", "delivery has failed",
        "non-deliverable", "message was rejected", "was returned", "automatically rejected", "had problems",
        "problem delivering", "errors occurred", "following addresses had",
    ]
    private static let successWords = [
        "successfully delivered", "delivered successfully", "was delivered to", "has been delivered to",
        "were delivered", "delivery was successful", "successful mail delivery", "successfully relayed",
    ]
    private static let warningWords = [
        "will be retried", "will retry", "will keep trying", "still being retried", "has been delayed",
        "warning message", "do not need to resend", "not yet been delivered", "attempts will continue",
        "will continue to", "still trying", "no action is required", "this is a warning", "this is only a warning",
        "has not been delivered yet", "delivery is delayed", "message is delayed",
    ]
    private static let endWords = [
        "permanent error", "permanent fatal error", "given up", "giving up", "not going to try again",
        "retry timeout exceeded", "in the queue too long", "will not be retried", "returned to sender",
        "failed permanently", "no further attempt",
    ]
}

extension NoticeText {
    /// The addresses that a failed one was made of by an alias or a list: Postfix says `expanded from`, Exim
    /// `generated from`.
    static func generators(in block: Block) -> [String] {
        let text = block.lines.joined(separator: " ").asciiLowercased
        guard let start = text.firstRange(of: "expanded from") ?? text.firstRange(of: "generated from") else {
            return []
        }
        let words = text[start.upperBound...].split { " <>():,".contains($0) }
        return words.first.flatMap { (try? EmailAddress(parsing: String($0)))?.text }.map { [$0] } ?? []
    }
}
