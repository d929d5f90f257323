import Base

/// Who may send a domain's mail (RFC 7208 §4.5), as far as the question goes whether we may.
public struct SPFRecord: Sendable, Equatable {
    public enum Term: Sendable, Equatable {
        /// Passes with the given qualifier whatever the other record passes; the name is in lower case.
        case include(String, passes: Bool)
        /// Matches everybody; nothing after it counts.
        case all
        /// The other record's answer, where no mechanism matched.
        case redirect(String)
        /// Another mechanism that asks the DNS (RFC 7208 §4.6.4).
        case lookup
        /// Any other mechanism or modifier.
        case other
    }

    public let terms: [Term]

    /// Whether the text is a record of this version (RFC 7208 §4.5).
    public static func isMeant(by text: [UInt8]) -> Bool {
        let version = Array("v=spf1".utf8)
        return text.prefix(version.count).map(ASCII.lowercased) == version
            && (text.count == version.count || text[version.count] == ASCII.space)
    }

    /// nil for a record that a receiver cannot evaluate: a permanent error (RFC 7208 §4.6).
    public init?(_ text: [UInt8]) {
        guard Self.isMeant(by: text) else { return nil }
        var terms: [Term] = []
        for word in text.split(separator: ASCII.space).dropFirst() {
            guard let term = Self.term(word) else { return nil }
            terms.append(term)
        }
        // RFC 7208 §6: these modifiers at most once.
        guard terms.count(where: { if case .redirect = $0 { true } else { false } }) <= 1,
            text.split(separator: ASCII.space).count(where: { Self.isExplanation($0) }) <= 1
        else { return nil }
        self.terms = terms
    }

    /// Whether mail that `name` allows passes here: it is included before anything that matches everybody, or stands in
    /// for a record without such an end.
    public func includes(_ name: String) -> Bool {
        var isEnded = false
        for term in terms {
            switch term {
            case .include(name, passes: true) where !isEnded: return true
            case .all: isEnded = true
            case .include, .redirect, .lookup, .other: break
            }
        }
        // RFC 7208 §6.1: ignored beside an `all`, wherever that stands.
        return !isEnded && terms.contains(.redirect(name))
    }

    private static func isExplanation(_ word: ArraySlice<UInt8>) -> Bool {
        word.prefix(4).map(ASCII.lowercased) == Array("exp=".utf8)
    }

    /// Terms that make a receiver ask the DNS, of which there are ten at most with those of the records that they lead
    /// to (RFC 7208 §4.6.4).
    public var lookups: Int {
        terms.count { term in
            switch term {
            case .include, .redirect, .lookup: true
            case .all, .other: false
            }
        }
    }

    /// The records that this one leads to; a redirect beside an `all` leads nowhere (RFC 7208 §6.1).
    public var names: [String] {
        terms.compactMap { term in
            switch term {
            case .include(let name, passes: _): name
            case .redirect(let name): terms.contains(.all) ? nil : name
            case .all, .lookup, .other: nil
            }
        }
    }

    /// RFC 7208 §12; nil for what is no term.
    private static func term(_ word: ArraySlice<UInt8>) -> Term? {
        guard word.allSatisfy(ASCII.isVisible) else { return nil }
        let text = String(decoding: word, as: UTF8.self).asciiLowercased
        if let equals = text.firstIndex(of: "="), isName(text[..<equals].utf8) {
            return modifier(text[..<equals], text[text.index(after: equals)...])
        }
        let qualifier = text.first.flatMap { "+-~?".contains($0) ? $0 : nil }
        let mechanism = text.dropFirst(qualifier == nil ? 0 : 1)
        let name = String(mechanism.prefix { $0 != ":" && $0 != "/" })
        let rest = mechanism.dropFirst(name.count)
        let value = rest.hasPrefix(":") ? rest.dropFirst() : nil
        switch name {
        case "all": return rest.isEmpty ? .all : nil
        case "include":
            return value.flatMap(domain).map { .include($0, passes: qualifier == nil || qualifier == "+") }
        case "exists": return value.flatMap(domain) == nil ? nil : .lookup
        case "ptr": return rest.isEmpty || value.flatMap(domain) != nil ? .lookup : nil
        case "a", "mx": return isHosts(rest) ? .lookup : nil
        case "ip4": return value.map { isNetwork($0, .v4) } == true ? .other : nil
        case "ip6": return value.map { isNetwork($0, .v6) } == true ? .other : nil
        default: return nil
        }
    }

    /// `redirect=` and `exp=` name a domain (RFC 7208 §6.1, §6.2); others are passed over (§6).
    private static func modifier(_ name: Substring, _ value: Substring) -> Term? {
        switch name {
        case "redirect": domain(value).map { .redirect($0) }
        case "exp": domain(value) == nil ? nil : .other
        default: isMacroText(value) ? .other : nil
        }
    }

    /// RFC 7208 §7.1: `domain-spec`, which ends with a name or a macro; without the dot of the root.
    private static func domain(_ text: Substring) -> String? {
        let bare = text.hasSuffix(".") ? text.dropLast() : text
        guard !bare.isEmpty, isMacroText(bare), !bare.contains("/") || bare.contains("%{") else { return nil }
        guard !bare.hasSuffix("}") else { return String(bare) }
        let labels = bare.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, let top = labels.last?.utf8, !top.isEmpty, top.first != ASCII.hyphen,
            top.last != ASCII.hyphen, top.allSatisfy({ MailCharacter.isLetterOrDigit($0) || $0 == ASCII.hyphen }),
            !top.allSatisfy(ASCII.isDigit), labels.allSatisfy({ !$0.isEmpty })
        else { return nil }
        return String(bare)
    }

    /// RFC 7208 §7.1: a percent sign begins `%{..}`, `%%`, `%_` or `%-`.
    private static func isMacroText(_ text: Substring) -> Bool {
        var rest = text.utf8[...]
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            rest = rest[rest.index(after: percent)...]
            guard let next = rest.popFirst() else { return false }
            if next == UInt8(ascii: "{") {
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")), let letter = rest.first,
                    "slodiphcrtv".utf8.contains(letter)
                else { return false }
                let transformers = rest[rest.index(after: rest.startIndex)..<end]
                guard transformers.allSatisfy({ ASCII.isDigit($0) || "r.-+,/_=".utf8.contains($0) }) else {
                    return false
                }
                rest = rest[rest.index(after: end)...]
            } else if !"%_-".utf8.contains(next) {
                return false
            }
        }
        return true
    }

    /// RFC 7208 §5.3, §5.4: `[":" domain-spec] ["/" n] ["//" n]`.
    private static func isHosts(_ rest: Substring) -> Bool {
        var name = rest
        if let double = name.firstRange(of: "//") {
            guard isLength(name[double.upperBound...], 128) else { return false }
            name = name[..<double.lowerBound]
        }
        if let slash = name.lastIndex(of: "/"), !name[slash...].contains("}") {
            guard isLength(name[name.index(after: slash)...], 32) else { return false }
            name = name[..<slash]
        }
        return name.isEmpty || (name.hasPrefix(":") && domain(name.dropFirst()) != nil)
    }

    private static func isNetwork(_ text: Substring, _ family: IPAddress.Family) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])), address.family == family else { return false }
        return parts.count == 1 || isLength(parts[1], family == .v4 ? 32 : 128)
    }

    private static func isLength(_ text: Substring, _ maximum: Int) -> Bool {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy(ASCII.isDigit), let length = Int(text) else {
            return false
        }
        return length <= maximum && (text.utf8.count == 1 || text.utf8.first != ASCII.zero)
    }

    /// RFC 7208 §12: `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`
    private static func isName(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, ASCII.isLetter(first) else { return false }
        return text.allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || [ASCII.hyphen, ASCII.underscore, ASCII.period].contains($0)
        }
    }
}
