import Base

/// A text as the reading rules want it: each run of white space, U+00A0 among it, is one blank, but that lines are kept
/// apart. It is read from left to right.
struct SMSText {
    private(set) var rest: Substring

    /// Every line break counts as a blank.
    static func joined(_ text: String) -> SMSText { SMSText(squeezed(text)) }

    /// Line breaks are kept, without blanks around them.
    static func lines(_ text: String) -> SMSText {
        SMSText(
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .map { trimmed(squeezed(String($0))[...]) }.joined(separator: "\n"))
    }

    private init(_ text: String) { rest = text[...] }

    private static func squeezed(_ text: String) -> String {
        var squeezed = ""
        var isAfterBlank = true
        for character in text {
            if character.isWhitespace {
                if !isAfterBlank { squeezed.append(" ") }
                isAfterBlank = true
            } else {
                squeezed.append(character)
                isAfterBlank = false
            }
        }
        return squeezed
    }

    /// Without white space and stops at its ends; nil for what says nothing.
    static func meaning(_ text: Substring) -> String? {
        var bare = text.drop(while: \.isWhitespace)
        while let last = bare.last, last.isWhitespace || last == "." { bare.removeLast() }
        return bare.isEmpty || bare == "-" ? nil : String(bare)
    }

    private static func trimmed(_ text: Substring) -> String {
        var bare = text.drop(while: \.isWhitespace)
        while bare.last?.isWhitespace == true { bare.removeLast() }
        return String(bare)
    }

    // MARK: Reading

    /// Whether this stands next; it is passed over.
    mutating func take(_ words: String) -> Bool {
        guard rest.hasPrefix(words) else { return false }
        rest = rest.dropFirst(words.count)
        return true
    }

    /// What stands before the first of these, which is passed over; nil, and nothing is read, where none of them comes.
    mutating func take(upTo ends: String...) -> Substring? {
        let found = ends.compactMap { rest.firstRange(of: $0) }.min { $0.lowerBound < $1.lowerBound }
        guard let found else { return nil }
        defer { rest = rest[found.upperBound...] }
        return rest[..<found.lowerBound]
    }

    /// The same, and which of them it was.
    mutating func takeFirst(of ends: String...) -> (text: Substring, end: String)? {
        let found = ends.compactMap { end in rest.firstRange(of: end).map { (range: $0, end: end) } }
        guard let first = found.min(by: { $0.range.lowerBound < $1.range.lowerBound }) else { return nil }
        defer { rest = rest[first.range.upperBound...] }
        return (rest[..<first.range.lowerBound], first.end)
    }

    /// What stands before the last of these, which is passed over: what a payer wrote may hold any number of them.
    mutating func take(upToLast end: String) -> Substring? {
        guard let found = rest.ranges(of: end).last else { return nil }
        defer { rest = rest[found.upperBound...] }
        return rest[..<found.lowerBound]
    }

    /// Nothing but a stop is left.
    var isAtEnd: Bool { rest.allSatisfy { $0 == "." || $0.isWhitespace } }

    /// Exactly so many digits, and no more of them.
    mutating func takeDigits(_ count: ClosedRange<Int>) -> String? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard count.contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return String(digits)
    }

    /// An amount with its currency before it or `GHS` after it.
    mutating func takeMoney() -> Money? {
        var reader = self
        let hasSign = Self.currencies.contains { reader.take($0) }
        _ = reader.take(" ")
        guard let money = reader.takeNumber() else { return nil }
        if !hasSign {
            _ = reader.take(" ")
            guard reader.take("GHS") else { return nil }
        }
        self = reader
        return money
    }

    /// Longer ones first. A `?` is a sign that was lost on the way.
    private static let currencies = ["GHS", "GHs", "GHC", "GH₵", "GH¢", "GH?", "₵"]

    /// Digits with thousands commas or none, and none, one or two decimals. A stop that no digit follows ends the
    /// sentence and is not part of it.
    private mutating func takeNumber() -> Money? {
        let whole = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ",") }
        guard let digits = Self.withoutCommas(whole) else { return nil }
        var text = digits
        var after = rest.dropFirst(whole.count)
        if after.first == "." {
            let fraction = after.dropFirst().prefix { $0.isASCII && $0.isNumber }
            if !fraction.isEmpty {
                text += ".\(fraction)"
                after = after.dropFirst(1 + fraction.count)
            }
        }
        guard let money = Money(text) else { return nil }
        rest = after
        return money
    }

    /// Commas stand before each third digit, or nowhere. One at the end belongs to the sentence, which no number has.
    private static func withoutCommas(_ text: Substring) -> String? {
        let groups = text.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = groups.first, !first.isEmpty else { return nil }
        guard groups.count == 1 || (first.count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 }) else {
            return nil
        }
        return groups.joined()
    }
}
