/// One transaction between `begin` and its outcome: which commands are still to be sent, which replies are due, and
/// what they decided. With PIPELINING all commands are sent before the first reply is read (RFC 2920 §3.1), without
/// it each waits for the reply before it; both ways go through here.
struct Delivery: Hashable, Sendable {
    private enum Step: Hashable, Sendable {
        case mail
        case recipient(Int)
        case data
    }

    /// What a reply leads to.
    enum Progress {
        /// More replies are due.
        case awaitReply
        /// None is due, and there is a command to send.
        case sendNext
        case sendContent
        /// The server wants content for recipients that it has all refused.
        case sendEmptyContent
        /// The transaction has failed; every recipient is decided.
        case rejected
        /// The reply cannot answer its command.
        case violation
    }

    let transaction: Transaction
    /// Nil where nothing is decided yet: untried, or accepted by the reply to RCPT and waiting for the content.
    private var outcomes: [RecipientOutcome?]
    private var recipientsAccepted = 0
    private let parameters: [MailParameter]
    private let offered: EHLOExtensions
    private var steps: [Step] = []
    private var sent = 0
    private var answered = 0

    init(_ transaction: Transaction, offered: EHLOExtensions) {
        self.transaction = transaction
        let obstacle = Self.obstacle(transaction, offered)
        outcomes = transaction.recipients.map { recipient in
            // An address that the server cannot read does not keep the message from the others.
            let unreadable = recipient.isInternational && !offered.smtpUTF8
            return (obstacle ?? (unreadable ? .smtpUTF8NotOffered : nil)).map { .failed($0) }
        }
        parameters = Self.parameters(transaction, offered)
        self.offered = offered
        let recipients = outcomes.indices.filter { outcomes[$0] == nil }
        guard !recipients.isEmpty else { return }
        steps = [.mail] + recipients.map { .recipient($0) } + [.data]
    }

    /// What became of the transaction; nil until every recipient is decided.
    var outcome: TransactionOutcome? {
        let decided = outcomes.compactMap { $0 }
        return decided.count == outcomes.count ? TransactionOutcome(recipients: decided) : nil
    }

    private var isDecided: Bool { outcome != nil }

    /// Whose reply is due next.
    var phase: ClientPhase {
        guard answered < sent else { return .dataInitiation }
        return switch steps[answered] {
        case .mail: .mail
        case .recipient: .recipient
        case .data: .dataInitiation
        }
    }

    /// Whom the latest command names alone.
    var recipientNamed: Int? { sent > 0 ? recipient(steps[sent - 1]) : nil }

    /// Whom the reply that is due next concerns alone.
    var recipientAnswered: Int? { answered < sent ? recipient(steps[answered]) : nil }

    private func recipient(_ step: Step) -> Int? {
        if case .recipient(let index) = step { index } else { nil }
    }

    /// The next command, which counts as sent from here on; nil after the last.
    mutating func nextCommand() -> ClientCommand? {
        guard sent < steps.count else { return nil }
        defer { sent += 1 }
        return switch steps[sent] {
        case .mail: .mail(transaction.sender, parameters)
        case .recipient(let index): .recipient(transaction.recipients[index], parameters(of: index))
        case .data: .data
        }
    }

    /// Takes the reply to the earliest command without one.
    mutating func take(_ reply: Reply) -> Progress {
        let step = steps[answered]
        answered += 1
        if step == .data { return takeData(reply) }
        guard !reply.isPositiveIntermediate else { return .violation }
        switch step {
        case .recipient(let index): take(reply, recipient: index)
        default: if !reply.isPositiveCompletion { decide(.refused(reply, at: .mail)) }
        }
        if answered < sent { return .awaitReply }
        return isDecided ? .rejected : .sendNext
    }

    /// Decides every recipient that has no decision of its own.
    mutating func decide(_ outcome: RecipientOutcome) {
        for index in outcomes.indices where outcomes[index] == nil { outcomes[index] = outcome }
    }

    private mutating func take(_ reply: Reply, recipient index: Int) {
        // After a refused MAIL the replies to the RCPTs behind it only say so again.
        guard outcomes[index] == nil else { return }
        if reply.isPositiveCompletion {
            recipientsAccepted += 1
        } else {
            outcomes[index] = saysTooMany(reply) ? .failed(.tooManyRecipients(reply)) : .refused(reply, at: .recipient)
        }
    }

    private mutating func takeData(_ reply: Reply) -> Progress {
        switch reply.code.severity {
        case .positiveCompletion: return .violation
        case .positiveIntermediate: return isDecided ? .sendEmptyContent : .sendContent
        case .transientNegative, .permanentNegative:
            decide(.refused(reply, at: .data))
            return .rejected
        }
    }

    /// RFC 5321 §4.5.3.1.10: 452, and 552 from older servers, say that the list is full. They also say that a mailbox
    /// or a disk is full, so it takes an enhanced status, or at least an accepted recipient before, to believe it. If
    /// it was the disk, the next transaction begins with this recipient and hears so again.
    private func saysTooMany(_ reply: Reply) -> Bool {
        guard recipientsAccepted > 0, reply.code == .insufficientStorage || reply.code == .storageExceeded else {
            return false
        }
        guard let status = reply.status else { return true }
        return status == .tooManyRecipientsForNow || status == .tooManyRecipients
    }

    /// What keeps the transaction from being tried at all.
    private static func obstacle(_ transaction: Transaction, _ offered: EHLOExtensions) -> DeliveryFailure? {
        let senderIsInternational = transaction.sender?.isInternational ?? false
        if transaction.hasInternationalHeader || senderIsInternational, !offered.smtpUTF8 { return .smtpUTF8NotOffered }
        if transaction.isEightBit, !offered.eightBitMIME { return .eightBitMIMENotOffered }
        if let limit = offered.messageOctetsMax, transaction.contentOctets > limit {
            return .messageTooLarge(limitOctets: limit)
        }
        return nil
    }

    private static func parameters(_ transaction: Transaction, _ offered: EHLOExtensions) -> [MailParameter] {
        let mailboxes = transaction.recipients + (transaction.sender.map { [$0] } ?? [])
        let needsUTF8 = transaction.hasInternationalHeader || mailboxes.contains(where: \.isInternational)
        var parameters: [MailParameter] = []
        if offered.size { parameters.append(.size(octets: transaction.contentOctets)) }
        if transaction.isEightBit { parameters.append(.bodyEightBitMIME) }
        if needsUTF8 && offered.smtpUTF8 { parameters.append(.smtpUTF8) }
        if offered.statusNotifications { parameters += transaction.notifications.mailParameters }
        return parameters
    }

    private func parameters(of recipient: Int) -> [RecipientParameter] {
        guard offered.statusNotifications else { return [] }
        return transaction.notifications.parameters(of: recipient, utf8: parameters.contains(.smtpUTF8))
    }
}
