import Base

/// The inside of `[...]` in place of a domain (RFC 5321 §4.1.3): an IPv4 or an IPv6 address. The general form for
/// other networks is refused, as no tag for one was ever registered.
enum AddressLiteral {
    private static let tag = "ipv6:"
    /// RFC 4291 §2.2: eight groups of 16 bits, of which an IPv4 ending takes the place of two.
    private static let groupCount = 8
    /// RFC 5321 §4.1.3: `::` stands for at least two groups.
    private static let compressedGroupsMin = 2

    static func isValid(_ text: Substring) -> Bool {
        guard String(text.prefix(tag.count)).asciiLowercased == tag else { return isIPv4(text) }
        return isIPv6(text.dropFirst(tag.count))
    }

    /// RFC 5321 §4.1.3: four numbers up to 255, of one to three digits.
    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy(ASCII.isDigit) && UInt8(part) != nil
            }
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        guard let gap = text.firstRange(of: "::") else { return groups(in: text, mayEndInIPv4: true) == groupCount }
        let head = text[..<gap.lowerBound]
        let tail = text[gap.upperBound...]
        // A second `::` leaves an empty group in the tail and fails there.
        guard let before = head.isEmpty ? 0 : groups(in: head, mayEndInIPv4: false),
            let after = tail.isEmpty ? 0 : groups(in: tail, mayEndInIPv4: true)
        else { return false }
        return before + after <= groupCount - compressedGroupsMin
    }

    /// How many groups `text` names; nil where one is malformed.
    private static func groups(in text: Substring, mayEndInIPv4: Bool) -> Int? {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var count = 0
        if mayEndInIPv4, let last = parts.last, isIPv4(last) {
            parts.removeLast()
            count = 2
        }
        for part in parts {
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ ASCII.hexValue($0) != nil }) else {
                return nil
            }
        }
        return count + parts.count
    }
}
