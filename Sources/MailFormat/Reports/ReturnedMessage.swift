import Base

/// The message that a notification is about, and how it is returned (RFC 6522 §4).
struct ReturnedMessage {
    private let bytes: [UInt8]
    private let header: HeaderBlock

    /// nil where it has no header that reads.
    init?(_ bytes: [UInt8]) {
        guard let header = try? HeaderBlock(parsing: bytes), !header.fields.isEmpty else { return nil }
        self.bytes = bytes
        self.header = header
    }

    var messageID: MessageID? { header.text(of: "message-id").flatMap { try? MessageID(parsing: $0) } }

    /// `all`: its body too, where it is small enough and can stand as it is.
    func part(all: Bool, isInternational: Bool) -> NotificationPart {
        if all, bytes.count <= MailLimits.returnedMessageMax, Self.isTransportable(bytes) {
            return message(isInternational: isInternational)
        }
        return headers(isInternational: isInternational)
    }

    private func message(isInternational: Bool) -> NotificationPart {
        let isEightBit = Self.isEightBit(bytes)
        // RFC 6532 §3.7
        let type = isInternational ? "message/global" : "message/rfc822"
        return NotificationPart(
            fields: Self.fields(type, isEightBit ? "8bit" : "7bit"), body: bytes, isEightBit: isEightBit)
    }

    private func headers(isInternational: Bool) -> NotificationPart {
        let fields = returnedFields
        let isEightBit = Self.isEightBit(fields)
        if isInternational, Self.isTransportable(fields), String(validating: fields, as: UTF8.self) != nil {
            return NotificationPart(
                fields: Self.fields("message/global-headers", isEightBit ? "8bit" : "7bit"), body: fields,
                isEightBit: isEightBit)
        }
        if !isEightBit, Self.isTransportable(fields) {
            return NotificationPart(fields: Self.fields("text/rfc822-headers", "7bit"), body: fields)
        }
        // RFC 6522 §4: broken headers may be quoted-printable.
        return NotificationPart(
            fields: Self.fields("text/rfc822-headers", TextBody.Encoding.quotedPrintable.rawValue),
            body: QuotedPrintable.encode(fields))
    }

    /// Whole fields from the top, as many as there is room for.
    private var returnedFields: [UInt8] {
        let end = header.fields.last { $0.range.upperBound <= MailLimits.returnedHeaderMax }?.range.upperBound ?? 0
        return Array(bytes[..<end])
    }

    private static func fields(_ type: String, _ encoding: String) -> [UInt8] {
        HeaderEncoder.structured("Content-Type", type)
            + HeaderEncoder.structured("Content-Transfer-Encoding", encoding)
    }

    private static func isEightBit(_ bytes: [UInt8]) -> Bool { bytes.contains { $0 > 0x7F } }

    /// RFC 2045 §2.8: lines that every server takes, and no NUL.
    private static func isTransportable(_ bytes: [UInt8]) -> Bool {
        var column = 0
        for byte in bytes {
            if byte == ASCII.nul { return false }
            column = byte == ASCII.lineFeed ? 0 : column + 1
            // The CR is counted.
            if column > MailLimits.lineMax + 1 { return false }
        }
        return true
    }
}
