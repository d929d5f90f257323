import Base
import DNSWire

/// A domain's MTA-STS policy (RFC 8461 §3.2): which exchanges are its own, and whether TLS to them is a must.
struct STSPolicy: Hashable, Sendable {
    enum Mode: String, Sendable {
        /// Nothing goes to an exchange that the policy does not name, or without TLS and a trusted certificate.
        case enforce
        /// As without a policy.
        case testing, none
    }

    let mode: Mode
    /// Names, or `*.` and a name.
    let patterns: [String]
    /// How long it is believed.
    let maxAge: Duration

    /// Reads a policy's body. Nil where it is none.
    init?(_ body: [UInt8]) {
        var first: [Substring: Substring] = [:]
        var patterns: [String] = []
        for line in String(decoding: body, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let (key, value) = (line[..<colon].trimmed, line[line.index(after: colon)...].trimmed)
            if key == "mx" { patterns.append(value.lowercased()) }
            // RFC 8461 §3.2: of a field that may not be repeated the first counts.
            if first[key] == nil { first[key] = value }
        }
        guard first["version"] == "STSv1", let mode = first["mode"].flatMap({ Mode(rawValue: String($0)) }),
            let age = first["max_age"], age.utf8.allSatisfy(ASCII.isDigit), let seconds = Int64(age),
            !patterns.isEmpty || mode == .none
        else { return nil }
        self.mode = mode
        self.patterns = patterns
        maxAge = .seconds(min(seconds, SMTPDeliveryLimits.policyAgeSecondsMax))
    }

    /// RFC 8461 §4.1: a wildcard stands for exactly one label, the leftmost.
    func names(_ exchange: Exchange) -> Bool {
        guard case .name(let name) = exchange else { return false }
        let text = name.text
        return patterns.contains { pattern in
            guard pattern.hasPrefix("*.") else { return pattern == text }
            guard let dot = text.firstIndex(of: ".") else { return false }
            return text[dot...] == pattern.dropFirst()
        }
    }
}
