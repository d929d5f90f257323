/// A message by which a mail system tells what became of another.
public enum MailReport: Sendable, Equatable {
    case delivery(DeliveryReport)
    case feedback(FeedbackReport)

    /// nil for every other message: an answering machine's, an advertisement, what is malformed.
    public init?(parsing content: [UInt8]) {
        guard let header = try? HeaderBlock(parsing: content) else { return nil }
        let parts = ReceivedPart.leaves(of: content, header)
        if let feedback = FeedbackReport(parts) {
            self = .feedback(feedback)
        } else if let delivery = DeliveryReport(header, parts) {
            self = .delivery(delivery)
        } else {
            return nil
        }
    }
}
