import Base
public import MailFormat

/// A refusal's words as they are compared: lower case, one space between words, without what repeats in every line and
/// without what strangers chose.
///
/// - Folding, tabs and runs of spaces are one space, so that `mailbox is` and `full` on two lines are one phrase.
/// - The code and the status that begin each line of a reply are taken out of the phrase.
/// - Addresses become `@`: a mailbox may be called `no-such-user` or `spam`.
/// - Web addresses become `url`, and `blocklist` where they are of a list: a path has words of all kinds.
/// - A typographic apostrophe is a plain one.
public struct RefusalText: Sendable, Equatable {
    /// The reply code in the text, 400 to 599; the one with a status behind it goes first.
    public let code: Int?
    /// The status in the text; the one behind a reply code goes first.
    public let status: ReportedStatus?
    /// Padded with a space on each side.
    public let words: [UInt8]

    public init(_ text: String) {
        let text = String(text.unicodeScalars.prefix(Self.lengthMax).map { $0 == "\u{2019}" ? "'" : Character($0) })
        let tokens = text.utf8.split(whereSeparator: { $0 <= ASCII.space }).map(Array.init)
        let pair = Self.pair(tokens)
        status = pair?.status ?? ReportedStatus(in: text)
        code = pair?.code ?? ReportedStatus.replyCode(in: text)
        words = Self.words(tokens, code: code, status: status)
    }

    private static let lengthMax = 4096

    // MARK: Codes

    /// `550 5.1.1`, `550-5.1.1`, `550 #5.1.1`, also behind a quotation mark.
    private static func pair(_ tokens: [[UInt8]]) -> (code: Int, status: ReportedStatus)? {
        for (index, token) in tokens.enumerated() {
            let bare = token.drop { !ASCII.isDigit($0) }
            guard let code = code(bare.prefix(3)) else { continue }
            let rest = bare.dropFirst(3)
            let next = rest.isEmpty && index + 1 < tokens.count ? tokens[index + 1][...] : rest
            let head = next.drop { !ASCII.isDigit($0) }
            guard next.count - head.count <= 2, rest.first.map(ASCII.isDigit) != true,
                let status = ReportedStatus(in: String(decoding: head.prefix(statusMax), as: UTF8.self)),
                head.first == UInt8(ascii: "0") + status.class
            else { continue }
            return (code, status)
        }
        return nil
    }

    /// `5.999.999` and a colon.
    private static let statusMax = 10

    private static func code(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count == 3, digits.allSatisfy(ASCII.isDigit),
            let value = Int(String(decoding: digits, as: UTF8.self)), (400...599).contains(value)
        else { return nil }
        return value
    }

    // MARK: Words

    private static func words(_ tokens: [[UInt8]], code: Int?, status: ReportedStatus?) -> [UInt8] {
        let code = code.map { Array(String($0).utf8) } ?? []
        let status = status.map { Array($0.description.utf8) } ?? []
        let repeated = [code, status, code + [ASCII.hyphen], code + [ASCII.hyphen] + status]
        var words: [UInt8] = [ASCII.space]
        for token in tokens where !repeated.contains(token) {
            append(token.map(ASCII.lowercased), to: &words)
            words.append(ASCII.space)
        }
        return words
    }

    private static func append(_ token: [UInt8], to words: inout [UInt8]) {
        if let start = range(of: Array("http".utf8), in: token, from: 0),
            range(of: Array("://".utf8), in: token, from: 0) != nil
        {
            words += token[..<start]
            let isList = listNames.contains { range(of: $0, in: token, from: start) != nil }
            words += isList ? Array("blocklist".utf8) : Array("url".utf8)
        } else if let at = token.firstIndex(of: ASCII.at) {
            let head = token[..<at].lastIndex { !isOfAddress($0) }.map { $0 + 1 } ?? 0
            let tail = token[at...].dropFirst().firstIndex { !isOfAddress($0) } ?? token.count
            words += token[..<head]
            words.append(ASCII.at)
            words += token[tail...]
        } else {
            words += token
        }
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte >= 0x80 || addressMarks.contains(byte)
    }

    private static let addressMarks: Set<UInt8> = Set("._%+-=!#$&*/?^`{|}~".utf8)

    /// Lists of senders that others publish.
    private static let listNames: [[UInt8]] = [
        "spamhaus", "spamcop", "barracudacentral", "sorbs", "blacklist", "blocklist", "abusix", "uceprotect",
        "invaluement",
    ].map { Array($0.utf8) }

    /// Where `part` stands in `bytes`, at or after a place.
    static func range(of part: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = part.first, bytes.count >= part.count else { return nil }
        var index = start
        while index <= bytes.count - part.count {
            if bytes[index] == first, bytes[index..<(index + part.count)].elementsEqual(part) { return index }
            index += 1
        }
        return nil
    }
}
