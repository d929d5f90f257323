import Base
import MailFormat
import Model

/// Makes the bytes that go out of those that came in: a trace field, and what every message has to have and this one
/// lacks. Nothing else is changed. The same message always gives the same bytes.
enum RawMessage {
    static func bytes(of raw: RawContent, id: String, from: MailAddress, date: Instant) -> [UInt8] {
        var bytes = raw.trace.map { trace($0, id: id, date: date) } ?? []
        bytes.reserveCapacity(bytes.count + raw.bytes.count + 256)
        if let header = try? HeaderBlock(parsing: raw.bytes) {
            // RFC 6409 §8.2, §8.3: a submission server may add what is missing.
            if !header.has("date") { bytes.append("Date: \(date.rfc5322Date)\r\n") }
            if !header.has("message-id"), let messageID = messageID(id, from) {
                bytes.append("Message-ID: \(messageID)\r\n")
            }
        }
        return bytes + raw.bytes
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
