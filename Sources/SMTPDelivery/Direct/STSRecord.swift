import Base
import DNSWire

/// The TXT record by which a domain says that it has an MTA-STS policy, and which one (RFC 8461 §3.1).
struct STSRecord: Hashable, Sendable {
    /// Another one means another policy.
    let id: String

    /// Of all TXT records at `_mta-sts.` the one that counts; nil where there is none, or more than one.
    init?(_ records: [RecordData]) {
        let texts = records.compactMap(\.joinedText).map { String(decoding: $0, as: UTF8.self) }
        let candidates = texts.filter { $0.hasPrefix("v=STSv1;") }
        guard candidates.count == 1, let id = Self.id(in: candidates[0]) else { return nil }
        self.id = id
    }

    /// 1 to 32 letters and digits.
    private static func id(in text: String) -> String? {
        let fields = text.split(separator: ";").map { $0.trimmed }
        guard let field = fields.dropFirst().first(where: { $0.hasPrefix("id=") }) else { return nil }
        let id = field.dropFirst(3)
        let isValid = id.utf8.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) }
        return isValid && (1...32).contains(id.utf8.count) ? String(id) : nil
    }
}

extension Substring {
    /// Without the blanks and tabs at both ends.
    var trimmed: Substring {
        var rest = self.drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
