import Base
import Crypto

/// Writes a delivery status notification as a message: `multipart/report` (RFC 6522) of a text for people, the fields
/// of RFC 3464 for programs, and what is returned of the message; in the forms of RFC 6533 where it is international.
///
/// Pure, and deterministic. The message has neither Date nor Message-ID: those come with its identity.
public enum NotificationComposer {
    public static func compose(_ notification: DeliveryStatusNotification) -> [UInt8] {
        let returned = notification.subject.flatMap { ReturnedMessage($0) }
        var parts = [text(notification), status(notification)]
        if let returned {
            parts.append(
                returned.part(all: notification.returnsContent, isInternational: notification.isInternational))
        }
        let boundary = boundary(for: parts)
        var message = header(notification, about: returned?.messageID)
        message += contentFields(boundary, isEightBit: parts.contains(where: \.isEightBit))
        for part in parts {
            message.append("\r\n--\(boundary)\r\n")
            message += part.fields
            message.append(literal: "\r\n")
            message += part.body
        }
        message.append("\r\n--\(boundary)--\r\n")
        return message
    }

    // MARK: Header

    private static func header(_ notification: DeliveryStatusNotification, about: MessageID?) -> [UInt8] {
        var header = HeaderEncoder.addresses("From", [notification.from])
        header += HeaderEncoder.addresses("To", [Mailbox(notification.to)])
        header += HeaderEncoder.unstructured("Subject", notification.title)
        // RFC 3834 §3.1.5: so that it is shown beside the message.
        if let about {
            header += HeaderEncoder.structured("In-Reply-To", about.description)
            header += HeaderEncoder.structured("References", about.description)
        }
        // RFC 3834 §5: nobody answers it automatically.
        header += HeaderEncoder.structured("Auto-Submitted", "auto-replied")
        header += HeaderEncoder.structured("MIME-Version", "1.0")
        return header
    }

    /// RFC 6522 §3.
    private static func contentFields(_ boundary: String, isEightBit: Bool) -> [UInt8] {
        var type = FieldWriter(name: "Content-Type")
        type.append("multipart/report;")
        type.append("report-type=delivery-status")
        MIMEParameter.append("boundary", boundary, to: &type)
        var fields = type.finish()
        // RFC 2045 §6.4: a multipart has the encoding of its parts.
        if isEightBit { fields += HeaderEncoder.structured("Content-Transfer-Encoding", "8bit") }
        return fields
    }

    /// What is returned stands as it is, so the boundary is chosen until none of it has it.
    private static func boundary(for parts: [NotificationPart]) -> String {
        let digest = SHA256.digest(parts.reduce(into: []) { $0 += $1.body })
        var boundaries = BoundarySource(seed: digest.hex)
        var boundary = boundaries.next()
        while parts.contains(where: { $0.body.contains(boundary.utf8) }) { boundary = boundaries.next() }
        return boundary
    }

    // MARK: For people

    private static func text(_ notification: DeliveryStatusNotification) -> NotificationPart {
        var lines = [
            "This is the mail system of \(notification.reportingMTA). It reports on a message that",
            "it accepted on \(notification.arrival.rfc5322Date).", "",
        ]
        for (action, sentence) in sentences {
            let recipients = notification.recipients.filter { $0.action == action }
            if recipients.isEmpty { continue }
            lines += [sentence, ""]
            for recipient in recipients { lines += self.lines(recipient) }
            lines.append("")
        }
        let body = TextBody(lines.map { line($0) + "\r\n" }.joined())
        let fields =
            HeaderEncoder.structured("Content-Type", "text/plain;", "charset=utf-8")
            + HeaderEncoder.structured("Content-Transfer-Encoding", body.encoding.rawValue)
        return NotificationPart(fields: fields, body: body.bytes)
    }

    private static let sentences: [(DeliveryStatusNotification.Action, String)] = [
        (.failed, "It could not be delivered, and no further attempt will be made, for:"),
        (.delayed, "It could not be delivered yet, and is tried again, for:"),
        (.relayed, "It was passed on to a server that will not report on it, for:"),
    ]

    private static func lines(_ recipient: DeliveryStatusNotification.Recipient) -> [String] {
        var lines = ["  \(recipient.address.text)"]
        switch recipient.diagnostic {
        case .reply(let reply): lines.append("    \(recipient.remoteMTA ?? "a server") said: \(reply)")
        case .own(let sentence): lines.append("    \(sentence)")
        case nil: break
        }
        if let until = recipient.triedUntil { lines.append("    attempts end on \(until.rfc5322Date)") }
        return lines
    }

    /// What a server said can end no line.
    private static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { MailCharacter.isLineBreaking($0) ? " " : $0 }))
    }

    // MARK: For programs

    private static func status(_ notification: DeliveryStatusNotification) -> NotificationPart {
        let isGlobal = notification.isInternational || notification.recipients.contains(where: \.isInternational)
        var body = StatusFields(isGlobal: isGlobal)
        // RFC 3464 §2.2
        body.append("Original-Envelope-Id", notification.envelopeID)
        body.append("Reporting-MTA", "dns; \(notification.reportingMTA)")
        body.append("Arrival-Date", notification.arrival.rfc5322Date)
        for recipient in notification.recipients { append(recipient, to: &body) }
        var fields = HeaderEncoder.structured(
            "Content-Type", isGlobal ? "message/global-delivery-status" : "message/delivery-status")
        let isEightBit = body.bytes.contains { $0 > 0x7F }
        if isEightBit { fields += HeaderEncoder.structured("Content-Transfer-Encoding", "8bit") }
        return NotificationPart(fields: fields, body: body.bytes, isEightBit: isEightBit)
    }

    /// RFC 3464 §2.3
    private static func append(_ recipient: DeliveryStatusNotification.Recipient, to body: inout StatusFields) {
        body.beginGroup()
        body.append("Original-Recipient", recipient.original)
        // RFC 6533 §3
        let type = recipient.address.requiresSMTPUTF8 ? "utf-8" : "rfc822"
        body.append("Final-Recipient", "\(type); \(recipient.address.wireText)")
        body.append("Action", recipient.action.rawValue)
        body.append("Status", recipient.status)
        body.append("Remote-MTA", recipient.remoteMTA.map { "dns; \($0)" })
        switch recipient.diagnostic {
        case .reply(let reply): body.append("Diagnostic-Code", "smtp; \(reply)")
        case .own(let sentence): body.append("Diagnostic-Code", "X-Polyrelay; \(sentence)")
        case nil: break
        }
        body.append("Last-Attempt-Date", recipient.lastAttempt?.rfc5322Date)
        body.append("Will-Retry-Until", recipient.triedUntil?.rfc5322Date)
    }
}

extension DeliveryStatusNotification.Recipient {
    fileprivate var isInternational: Bool {
        address.requiresSMTPUTF8 || original?.utf8.allSatisfy { $0 < 0x80 } == false
    }
}
