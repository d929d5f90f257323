import Base

/// Tells whether a Date field says a date (RFC 5322 §3.3, with the obsolete forms of §4.3).
public enum DateText {
    public static func isValid(_ value: [UInt8]) -> Bool {
        let text = String(decoding: withoutComments(value), as: UTF8.self).asciiLowercased
        var words = text.split { " \t,".contains($0) }.map(String.init)
        if let first = words.first, days.contains(String(first.prefix(3))) { words.removeFirst() }
        // RFC 5322 §4.3: the zone may be missing where old programs left it out; others read it as UTC.
        guard (4...5).contains(words.count), let day = Int(words[0]), (1...31).contains(day),
            months.contains(words[1]), let year = Int(words[2]), isYear(year, digits: words[2].utf8.count),
            isTime(words[3])
        else { return false }
        return words.count == 4 || isZone(words[4])
    }

    private static let days: Set<String> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let months: Set<String> = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// RFC 5322 §3.3: 1900 or later; §4.3: two or three digits stand for such a one.
    private static func isYear(_ year: Int, digits: Int) -> Bool { digits < 4 ? digits >= 2 : year >= 1900 }

    private static func isTime(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard (2...3).contains(parts.count), (0...23).contains(parts[0]), (0...59).contains(parts[1]) else {
            return false
        }
        // A leap second (RFC 5322 §3.3).
        return parts.count == 2 || (0...60).contains(parts[2])
    }

    private static func isZone(_ text: String) -> Bool {
        if let sign = text.first, sign == "+" || sign == "-" {
            return text.utf8.count == 5 && text.utf8.dropFirst().allSatisfy(ASCII.isDigit)
        }
        return text.utf8.count <= 5 && text.utf8.allSatisfy(ASCII.isLetter)
    }

    /// RFC 5322 §3.2.2: comments nest.
    private static func withoutComments(_ value: [UInt8]) -> [UInt8] {
        var depth = 0
        return value.filter { byte in
            if byte == UInt8(ascii: "(") { depth += 1 }
            defer { if byte == UInt8(ascii: ")"), depth > 0 { depth -= 1 } }
            return depth == 0
        }
    }
}
