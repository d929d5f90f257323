import Base
import MailFormat
import Model

/// Makes the bytes that go out of those that came in: a trace field, and what every message has to have and this one
/// lacks or has wrong (RFC 6409 §8). Encoded words are undone where none may be (`StructuredField`), and Bcc stays
/// behind, unless the operator wants it (RFC 5322 §3.6.3). Nothing else is changed here; the same message always gives
/// the same bytes.
enum RawMessage {
    static func bytes(
        of raw: RawContent, id: String, from: MailAddress, date: Instant, keepsBcc: Bool
    ) -> [UInt8] {
        var bytes = raw.trace.map { trace($0, id: id, date: date) } ?? []
        bytes.reserveCapacity(bytes.count + raw.bytes.count + 256)
        guard let header = try? HeaderBlock(parsing: raw.bytes) else { return bytes + raw.bytes }
        // RFC 6409 §8.2, §8.3: a submission server may add what is missing, and replace what is none.
        let hasDate = header.fields(named: "date").contains { DateText.isValid(header.bytes($0)) }
        let hasID = header.fields(named: "message-id").contains { MessageID.isValid(header.bytes($0)) }
        let own = hasID ? nil : messageID(id, from)
        if !hasDate { bytes.append("Date: \(date.rfc5322Date)\r\n") }
        if let own { bytes.append("Message-ID: \(own)\r\n") }
        // A signature of the author's covers the header as it is.
        let isSigned = header.has("dkim-signature")
        var changes: [(range: Range<Int>, bytes: [UInt8])] = []
        for field in header.fields {
            let isRemoved =
                switch field.name {
                case "bcc": !keepsBcc
                case "date": !DateText.isValid(header.bytes(field))
                case "message-id": (own != nil || hasID) && !MessageID.isValid(header.bytes(field))
                default: false
                }
            if isRemoved {
                changes.append((field.range, []))
            } else if !isSigned, let repaired = StructuredField.repaired(field, of: header) {
                changes.append((field.range, repaired))
            }
        }
        return bytes + with(changes, raw.bytes)
    }

    private static func with(_ changes: [(range: Range<Int>, bytes: [UInt8])], _ content: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(content.count)
        var position = 0
        for change in changes {
            kept += content[position..<change.range.lowerBound]
            kept += change.bytes
            position = change.range.upperBound
        }
        return kept + content[position...]
    }

    private static func messageID(_ id: String, _ from: MailAddress) -> MessageID? {
        guard let domain = try? DomainName(parsing: from.domain) else { return nil }
        return try? MessageID(unique: id, domain: domain)
    }

    /// RFC 5321 §4.4. All of it was checked when it came in: no part can end the line.
    static func trace(_ trace: MailTrace, id: String, date: Instant) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append("Received: from \(trace.heloName) (\(literal(trace.client)))\r\n")
        bytes.append("\tby \(trace.serverName) with \(trace.protocolName) id \(id);\r\n")
        bytes.append("\t\(date.rfc5322Date)\r\n")
        return bytes
    }

    /// RFC 5321 §4.1.3.
    private static func literal(_ client: IPAddress?) -> String {
        guard let client else { return "local" }
        return client.family == .v4 ? "[\(client)]" : "[IPv6:\(client)]"
    }
}
