import Model
import Ports
import SMTPWire

/// Who a message goes to, in SMTP's own form: the recipients that are still to be decided, and the outcomes so far.
struct Envelope {
    struct Recipient {
        /// Its place in the parcel.
        let index: Int
        let mailbox: Mailbox
    }

    private let mail: OutgoingMail
    private let sender: Mailbox?
    private(set) var undecided: [Recipient] = []
    private(set) var outcomes: [AttemptOutcome]
    /// Those whose sender would hear of their success, and hears nothing from the hop that took them.
    private var unannounced: Set<Int> = []

    var result: ParcelResult { ParcelResult(outcomes: outcomes, unannounced: unannounced) }

    /// Decides at once whoever cannot be named in a command.
    init(_ mail: OutgoingMail) {
        self.mail = mail
        sender = mail.sender.isEmpty ? nil : Mailbox(mail.sender)
        outcomes = mail.recipients.map { _ in Verdict.unusableRecipient }
        guard mail.sender.isEmpty || sender != nil else {
            outcomes = mail.recipients.map { _ in Verdict.unusableSender }
            return
        }
        for (index, address) in mail.recipients.enumerated() {
            if let mailbox = Mailbox(address) { undecided.append(Recipient(index: index, mailbox: mailbox)) }
        }
    }

    /// The next transaction with these bytes, and whom it is for; nil where everybody is decided.
    func nextTransaction(_ rendition: Rendition) -> (transaction: Transaction, recipients: [Recipient])? {
        let recipients = Array(undecided.prefix(SMTPLimits.recipientsPerTransactionMax))
        let transaction = Transaction(
            sender: sender, recipients: recipients.map(\.mailbox), contentOctets: rendition.content.count,
            isEightBit: rendition.isEightBit, hasInternationalHeader: rendition.needsSMTPUTF8,
            notifications: NotificationRequest(mail.reports, of: recipients.map(\.index)))
        return transaction.map { ($0, recipients) }
    }

    /// `hopReports`: who gave the outcome makes delivery status notifications.
    mutating func decide(_ recipient: Recipient, _ outcome: AttemptOutcome, hopReports: Bool) {
        outcomes[recipient.index] = outcome
        if case .accepted = outcome, !hopReports, mail.reports.wantsSuccess(at: recipient.index) {
            unannounced.insert(recipient.index)
        }
        undecided.removeAll { $0.index == recipient.index }
    }

    mutating func decideAll(_ outcome: AttemptOutcome) {
        for recipient in undecided { outcomes[recipient.index] = outcome }
        undecided = []
    }
}

extension NotificationRequest {
    /// `recipients`: their places in the parcel.
    init(_ request: ReportRequest, of recipients: [Int]) {
        self.init(envelopeID: request.envelopeID)
        switch request.returned {
        case .full: returned = .full
        case .headers: returned = .headers
        case nil: break
        }
        self.recipients = recipients.map { index in
            guard request.recipients.indices.contains(index) else { return RecipientParameters() }
            return RecipientParameters(request.recipients[index])
        }
    }
}

extension RecipientParameters {
    init(_ recipient: ReportRequest.Recipient) {
        self.init()
        originalRecipient = recipient.original
        notify = recipient.notify.map(Self.notify)
    }

    private static func notify(_ bits: UInt8) -> Notify {
        var notify: Notify = []
        if bits & ReportWishes.Recipient.success != 0 { notify.insert(.success) }
        if bits & ReportWishes.Recipient.failure != 0 { notify.insert(.failure) }
        if bits & ReportWishes.Recipient.delay != 0 { notify.insert(.delay) }
        return notify
    }
}
