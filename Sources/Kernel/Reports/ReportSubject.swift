import Base
import MailFormat
import Model

/// Tells which message a report is about, and which of its recipients.
struct ReportSubject: Sendable {
    let returnPaths: ReturnPaths
    /// Of the Message-IDs that the post office writes.
    let messageIDs: PostOffice.MessageIDs

    /// The message of a complaint: by the return path that it came to, or that its message came under; else by its
    /// Message-ID, whose check bits nobody hits by chance.
    func path(of feedback: FeedbackReport, cameTo destination: ReportService.Destination) -> ReturnPath? {
        if case .returnPath(let path) = destination { return path }
        for address in [feedback.originalSender, feedback.returnPath] {
            if let path = address.flatMap(path) { return path }
        }
        return feedback.messageID.flatMap(messageIDs.path)
    }

    private func path(_ address: String) -> ReturnPath? {
        returnPaths.path(localPart: String(address.prefix { $0 != "@" }))
    }

    /// The place of the recipient: as the return path says, else the one that is named, else the only one. `named`: in
    /// the order of how far they are believed.
    func recipient(_ path: ReturnPath, named: [String], in message: Message) -> Int? {
        if let recipient = path.recipient { return message.recipients.indices.contains(recipient) ? recipient : nil }
        return place(of: named, in: message) ?? (message.recipients.count == 1 ? 0 : nil)
    }

    /// The place of the first one that the message went to.
    func place(of named: [String], in message: Message) -> Int? {
        for name in named {
            guard let key = MailAddress(parsing: name)?.suppressionKey else { continue }
            let place = message.recipients.firstIndex { $0.address.suppressionKey == key }
            if let place { return place }
        }
        return nil
    }

    /// The submitter named the transaction (ENVID), and the report names one by neither form of that.
    func isOfAnotherTransaction(_ report: DeliveryReport, than message: Message) -> Bool {
        guard let given = message.submission.raw?.reports.envelopeID, !report.envelopeIDs.isEmpty else { return false }
        return !report.envelopeIDs.contains(given)
    }

    /// A path that says which recipient it is of, and one that the message does not have.
    func isContradicted(_ path: ReturnPath, by message: Message) -> Bool {
        path.recipient.map { !message.recipients.indices.contains($0) } ?? false
    }
}
