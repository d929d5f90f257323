import Base

/// Reads bounces that are written for people alone: qmail's form (https://cr.yp.to/proto/qsbmf.txt), that of Exim, and
/// what older servers write. What is not surely a bounce is none.
///
/// Only what comes from a mail system counts, as it says by its address, by the form's first words, or by a field of
/// its own: a person's answering machine may quote a refusal too.
struct BounceText {
    private(set) var recipients: [DeliveryReport.Recipient] = []
    private let lines: [String]

    /// An address that stands on a line of its own, and what is said below it.
    private struct Block {
        var address: String
        var lines: [String] = []
    }

    init(_ header: HeaderBlock, _ parts: [ReceivedPart]) {
        let text = parts.first { $0.kind == "text/plain" }?.text ?? ""
        lines = Self.lines(of: text)
        let named = header.fields(named: "x-failed-recipients").flatMap {
            AddressListReader.mailboxes(in: header.bytes($0)).compactMap { $0?.address.text }
        }
        let isOfForm = lines.first { !$0.isEmpty }?.hasPrefix(Self.qmailGreeting) == true
        guard isOfForm || !named.isEmpty || Self.isFromMailSystem(header) else { return }
        let blocks = blocks()
        let all = lines.joined(separator: " ").asciiLowercased
        if !named.isEmpty {
            recipients = named.prefix(MailLimits.textRecipientsMax).map { address in
                recipient(address, blocks.first { $0.address == address }?.lines ?? [], hasEnded: true)
            }
        } else if !blocks.isEmpty {
            let isFailure = isOfForm || Self.speaksOfFailure(all)
            let hasEnded = isOfForm || Self.speaksOfEnd(all)
            recipients = blocks.filter { isFailure || Self.evidence(in: $0.lines) != nil }.map { block in
                recipient(block.address, block.lines, hasEnded: hasEnded)
            }
        } else if Self.evidence(in: lines) != nil {
            recipients = [recipient(nil, [], hasEnded: Self.speaksOfEnd(all))]
        }
    }

    // MARK: Whom it is from

    /// What the form begins with.
    private static let qmailGreeting = "Hi. This is the"

    private static func isFromMailSystem(_ header: HeaderBlock) -> Bool {
        header.mailboxes(of: "from").contains {
            mailSystems.contains($0.address.localPart.asciiLowercased)
        }
    }

    private static let mailSystems: Set<String> = ["mailer-daemon", "postmaster", "mailerdaemon", "mdaemon"]

    // MARK: The text

    /// Up to where the message that is reported begins.
    private static func lines(of text: String) -> [String] {
        var lines: [String] = []
        let beginning = text.unicodeScalars.prefix(MailLimits.reportTextMax)
        for line in beginning.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = String(Substring(line.last == "\r" ? line.dropLast() : line).trimmingSpaces())
            guard lines.count < MailLimits.reportLinesMax, !beginsCopy(line) else { break }
            lines.append(line)
        }
        return lines
    }

    private static func beginsCopy(_ line: String) -> Bool {
        let lowered = line.asciiLowercased
        if lowered.hasPrefix("received:") || lowered.hasPrefix("return-path:") { return true }
        return lowered.hasPrefix("--") && copyWords.contains { lowered.contains($0) }
    }

    private static let copyWords = [
        "copy of", "original message", "below this line", "returned message", "message header", "unsent message",
    ]

    private func blocks() -> [Block] {
        var blocks: [Block] = []
        var isOpen = false
        for line in lines {
            if let address = Self.loneAddress(line) {
                guard blocks.count < MailLimits.textRecipientsMax else { break }
                blocks.append(Block(address: address))
                isOpen = true
            } else if isOpen, let last = blocks.indices.last {
                if !line.isEmpty { blocks[last].lines.append(line) }
                // Empty lines may stand between the address and what is said of it.
                isOpen = !line.isEmpty || blocks[last].lines.last?.hasSuffix(":") ?? true
            }
        }
        return blocks
    }

    /// `a@b.example`, `<a@b.example>` or either with a colon, and nothing else.
    private static func loneAddress(_ line: String) -> String? {
        guard line.utf8.contains(ASCII.at), line.utf8.count <= MailLimits.addressMax + 3 else { return nil }
        let bare = line.hasSuffix(":") ? line.dropLast() : line[...]
        let inner = bare.hasPrefix("<") && bare.hasSuffix(">") ? bare.dropFirst().dropLast() : bare
        return (try? EmailAddress(parsing: String(inner)))?.text
    }

    // MARK: What it says

    /// `hasEnded`: it is said that nothing more is tried, so that also a reply that asks to come back is the end.
    private func recipient(_ address: String?, _ said: [String], hasEnded: Bool) -> DeliveryReport.Recipient {
        let own = Self.evidence(in: said)
        let line = own ?? Self.evidence(in: lines.filter { text in address.map(text.contains) ?? true })
        let text = (said.isEmpty ? line.map { [$0] } ?? lines.filter { !$0.isEmpty } : said).joined(separator: " ")
        var recipient = DeliveryReport.Recipient(
            final: address, action: .failed, status: ReportedStatus(in: line ?? text),
            code: ReportedStatus.replyCode(in: line ?? text),
            diagnostic: UserData(String(text.prefix(MailLimits.diagnosticMax))))
        if recipient.isTransient, !hasEnded { recipient.action = .delayed }
        return recipient
    }

    /// The first line in which a server refuses.
    private static func evidence(in lines: [String]) -> String? {
        lines.first { line in
            if let status = ReportedStatus(in: line) { return status.class != 2 }
            return ReportedStatus.replyCode(in: line) != nil
        }
    }

    /// A warning says that it is tried further.
    private static func speaksOfFailure(_ text: String) -> Bool {
        failureWords.contains { text.contains($0) } && !warningWords.contains { text.contains($0) }
    }

    private static func speaksOfEnd(_ text: String) -> Bool { endWords.contains { text.contains($0) } }

    private static let failureWords = [
        "unable to deliver", "could not be delivered", "couldn't be delivered", "undeliverable", "delivery failed",
        "failed permanently", "permanent error", "fatal error", "delivery failure", "failure reason",
        "wasn't able to deliver",
    ]
    private static let warningWords = [
        "will be retried", "will retry", "will keep trying", "still being retried", "has been delayed",
        "warning message", "do not need to resend",
    ]
    private static let endWords = [
        "permanent error", "permanent fatal error", "given up", "giving up", "not going to try again",
        "retry timeout exceeded", "in the queue too long", "will not be retried", "returned to sender",
    ]
}
