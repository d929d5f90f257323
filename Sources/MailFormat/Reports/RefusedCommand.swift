import Base

/// The command that a refusal answers: the same words mean something else at each.
public enum RefusedCommand: Sendable, Hashable, CaseIterable {
    /// Everything before a transaction: the greeting, EHLO, STARTTLS, AUTH.
    case session
    case mail
    case recipient
    /// DATA, and the reply to the content.
    case content

    /// The one that a report names where it tells of a refusal; nil where it names none.
    public init?(toldIn text: String) {
        let text = text.asciiLowercased
        guard let found = Self.tellings.first(where: { line in line.words.contains { text.contains($0) } }) else {
            return nil
        }
        self = found.command
    }

    /// Postfix says `(in reply to RCPT TO command)`, Exim `after RCPT TO:<a@b>:`, OpenSMTPD and GMX
    /// `after RCPT command`, dma `did not like our RCPT TO:`, sendmail `>>> RCPT To:`.
    private static let tellings: [(command: RefusedCommand, words: [String])] = [
        (
            .content,
            [
                "in reply to end of data", "in reply to data", "after end of data", "after data",
                "after pipelined data", "after sending data", "did not like our final data", "did not like our data",
                ">>> data", ">>> .",
            ]
        ),
        (
            .recipient,
            [
                "in reply to rcpt", "after rcpt", "after pipelined rcpt", "did not like our rcpt", ">>> rcpt",
                "does not like recipient",
            ]
        ),
        (
            .mail,
            ["in reply to mail", "after mail", "after pipelined mail", "did not like our mail", ">>> mail"]
        ),
        (
            .session,
            [
                "in reply to ehlo", "in reply to helo", "while performing the ehlo", "while performing the helo",
                "after initial connection", "after ehlo", "after helo", "after auth", "after starttls",
                "in reply to end of connection", ">>> ehlo", ">>> helo", "while sending ehlo", "refused to talk to me",
            ]
        ),
    ]
}
