import MailFormat
import Model
import Ports

extension ReportRequest {
    /// What a message's sender asked for, and what we ask for in the place of one who could not.
    init(_ message: Message, recipients: [Int]) {
        let addresses = recipients.map { message.recipients[$0].address }
        if message.origin == .reports {
            // RFC 3461 §6.1: nobody is told that a report did not arrive.
            self.init(recipients: addresses.map { _ in Recipient(notify: 0) })
        } else if let raw = message.submission.raw {
            self.init(
                returned: raw.reports.returned, envelopeID: raw.reports.envelopeID,
                recipients: addresses.map { Self.relayed($0, raw.reports) })
        } else {
            self.init(
                returned: .headers,
                recipients: addresses.map {
                    Recipient(notify: ReportWishes.Recipient.failure, original: Self.original($0))
                })
        }
    }

    /// RFC 3461 §5.2.1: as it was given, and nothing where nothing was; ORCPT alone may be added.
    private static func relayed(_ address: MailAddress, _ wishes: ReportWishes) -> Recipient {
        let wish = wishes.recipient(address)
        return Recipient(notify: wish?.notify, original: wish?.original ?? original(address))
    }

    /// What a report calls the original recipient: RFC 3461 §6.3 wants the ORCPT that was given, and nothing else. What
    /// came in over HTTP is given its own by us.
    static func given(_ address: MailAddress, in message: Message) -> String? {
        guard let raw = message.submission.raw else { return original(address) }
        return raw.reports.recipient(address)?.original
    }

    private static func original(_ address: MailAddress) -> String? {
        guard let address = try? EmailAddress(parsing: address.address) else { return nil }
        guard address.requiresSMTPUTF8 else { return "rfc822;\(address.wireText)" }
        // RFC 6533 §3: a backslash begins an escape.
        let escaped = address.wireText.map { $0 == "\\" ? "\\x{5C}" : String($0) }.joined()
        return "utf-8;\(escaped)"
    }
}

extension ReportWishes {
    /// What was asked for this recipient, however its address is written in the message.
    func recipient(_ address: MailAddress) -> Recipient? {
        guard !recipients.isEmpty, let sought = try? EmailAddress(parsing: address.address) else { return nil }
        return recipients.first { (try? EmailAddress(parsing: $0.address)) == sought }
    }
}
