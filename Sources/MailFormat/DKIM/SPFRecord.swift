import Base

/// Who may send a domain's mail (RFC 7208 §4.5), as far as the question goes whether we may.
package struct SPFRecord: Sendable, Equatable {
    package enum Term: Sendable, Equatable {
        /// Passes with the given qualifier whatever the other record passes; the name is in lower case.
        case include(String, passes: Bool)
        /// Matches everybody; nothing after it counts.
        case all
        /// The other record's answer, where no mechanism matched.
        case redirect(String)
        /// Any other mechanism or modifier.
        case other
    }

    package let terms: [Term]

    /// Whether the text is a record of this version (RFC 7208 §4.5).
    package static func isMeant(by text: [UInt8]) -> Bool {
        let version = Array("v=spf1".utf8)
        return text.prefix(version.count).map(ASCII.lowercased) == version
            && (text.count == version.count || text[version.count] == ASCII.space)
    }

    /// nil for a record that a receiver cannot evaluate: a permanent error (RFC 7208 §4.6).
    package init?(_ text: [UInt8]) {
        guard Self.isMeant(by: text) else { return nil }
        var terms: [Term] = []
        for word in text.split(separator: ASCII.space).dropFirst() {
            guard let term = Self.term(word) else { return nil }
            terms.append(term)
        }
        // RFC 7208 §6: this modifier at most once.
        guard terms.count(where: { if case .redirect = $0 { true } else { false } }) <= 1 else { return nil }
        self.terms = terms
    }

    /// Whether mail that `name` allows passes here: it is included before anything that matches everybody, or stands in
    /// for a record without such an end.
    package func includes(_ name: String) -> Bool {
        var isEnded = false
        for term in terms {
            switch term {
            case .include(name, passes: true) where !isEnded: return true
            case .all: isEnded = true
            case .include, .redirect, .other: break
            }
        }
        // RFC 7208 §6.1: ignored beside an `all`, wherever that stands.
        return !isEnded && terms.contains(.redirect(name))
    }

    private static func term(_ word: ArraySlice<UInt8>) -> Term? {
        guard word.allSatisfy(ASCII.isVisible) else { return nil }
        let text = String(decoding: word, as: UTF8.self).asciiLowercased
        if let equals = text.firstIndex(of: "="), isName(text[..<equals].utf8) {
            return text.hasPrefix("redirect=") ? .redirect(host(text[text.index(after: equals)...])) : .other
        }
        let qualifier = text.first.flatMap { "+-~?".contains($0) ? $0 : nil }
        let mechanism = text.dropFirst(qualifier == nil ? 0 : 1)
        let name = String(mechanism.prefix { $0 != ":" && $0 != "/" })
        let rest = mechanism.dropFirst(name.count)
        switch name {
        case "all": return rest.isEmpty ? .all : nil
        case "include":
            guard rest.count > 1 else { return nil }
            return .include(host(rest.dropFirst()), passes: qualifier == nil || qualifier == "+")
        case "exists", "ip4", "ip6": return rest.first == ":" && rest.count > 1 ? .other : nil
        case "a", "mx", "ptr": return .other
        default: return nil
        }
    }

    /// RFC 7208 §12: `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`
    private static func isName(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, ASCII.isLetter(first) else { return false }
        return text.allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || [ASCII.hyphen, ASCII.underscore, ASCII.period].contains($0)
        }
    }

    /// Without the dot of the root.
    private static func host(_ text: Substring) -> String { String(text.hasSuffix(".") ? text.dropLast() : text) }
}
