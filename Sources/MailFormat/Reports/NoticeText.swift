import Base

/// What a report says for people: its lines up to where the message that it is about begins, and what stands there
/// about each address.
struct NoticeText {
    /// An address, and what is said about it.
    struct Block {
        let address: String
        var lines: [String] = []

        /// The words, with the address that they begin with.
        var text: String { ([address] + lines).joined(separator: " ") }
    }

    let lines: [String]
    let blocks: [Block]
    /// All of it in one, in lower case.
    let lowered: String
    /// The message that it is about follows in the same text.
    let hasCopy: Bool

    init(_ parts: [ReceivedPart]) {
        (lines, hasCopy) = Self.lines(of: Self.text(parts))
        lowered = lines.joined(separator: " ").asciiLowercased
        let led = Self.ledBlocks(lines)
        let lined = Self.linedBlocks(lines, led)
        blocks = lined.isEmpty ? Self.paragraphBlocks(lines) : lined
    }

    func block(of address: String?) -> Block? {
        guard let address = address?.asciiLowercased else { return nil }
        return blocks.first { $0.address.asciiLowercased == address }
    }

    /// Every address that stands somewhere.
    var addresses: [String] {
        var found: [String] = []
        for line in lines {
            for address in Self.addresses(in: line) where !found.contains(address) { found.append(address) }
            if found.count >= MailLimits.textRecipientsMax { break }
        }
        return found
    }

    /// The lines in which a server refuses, a few at most.
    func refusals(naming address: String? = nil) -> [String] {
        let about = address.map { name in lines.filter { $0.asciiLowercased.contains(name.asciiLowercased) } } ?? lines
        return Array(about.filter(Self.isRefusal).prefix(MailLimits.refusalLinesMax))
    }

    /// It has a status or a reply code that refuses.
    static func isRefusal(_ line: String) -> Bool {
        if let status = ReportedStatus(in: line) { return status.class != 2 }
        return ReportedStatus.replyCode(in: line) != nil
    }

    // MARK: Lines

    /// The first plain text, or else what is left of the first HTML without its marks.
    private static func text(_ parts: [ReceivedPart]) -> String {
        if let plain = parts.first(where: { $0.kind == "text/plain" }) { return plain.text }
        return parts.first { $0.kind == "text/html" }.map { withoutMarks($0.text) } ?? ""
    }

    private static func lines(of text: String) -> ([String], hasCopy: Bool) {
        var lines: [String] = []
        let beginning = text.unicodeScalars.prefix(MailLimits.reportTextMax)
        for line in beginning.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = String(Substring(line.last == "\r" ? line.dropLast() : line).trimmingSpaces())
            if beginsCopy(line) { return (lines, hasCopy: true) }
            guard lines.count < MailLimits.reportLinesMax else { break }
            lines.append(line)
        }
        return (lines, hasCopy: false)
    }

    private static func beginsCopy(_ line: String) -> Bool {
        let lowered = line.asciiLowercased
        if lowered.hasPrefix("received:") || lowered.hasPrefix("return-path:") { return true }
        if lowered.hasPrefix("--"), copyWords.contains(where: { lowered.contains($0) }) { return true }
        return copyLines.contains { lowered.hasPrefix($0) }
    }

    private static let copyWords = [
        "copy of", "original message", "below this line", "returned message", "message header", "unsent message",
        "message follows", "headers follow", "mail follows",
    ]
    /// IMail, dma, OpenSMTPD, Courier, MDaemon, Exim 3.
    private static let copyLines = [
        "original message follows", "message headers follow", "below is a copy of the original message",
        "the original message follows", "message header follows", "message text follows", "your original message:",
        "the header of the original message",
    ]

    /// Good enough for the few sentences of a report.
    private static func withoutMarks(_ html: String) -> String {
        var text = String.UnicodeScalarView()
        var mark: String.UnicodeScalarView?
        for scalar in html.unicodeScalars.prefix(MailLimits.reportTextMax) {
            if scalar == "<" {
                mark = String.UnicodeScalarView()
            } else if scalar == ">", let name = mark {
                let isBreak = lineMarks.contains { String(name).asciiLowercased.hasPrefix($0) }
                text.append(isBreak ? "\n" : " ")
                mark = nil
            } else if mark != nil {
                mark?.append(scalar)
            } else {
                text.append(scalar)
            }
        }
        return entities.reduce(String(text)) { text, entity in
            text.split(separator: entity.name, omittingEmptySubsequences: false).joined(separator: entity.text)
        }
    }

    private static let lineMarks = ["br", "p", "/p", "div", "/div", "tr", "/tr", "li", "h", "/h"]
    private static let entities = [
        (name: "&lt;", text: "<"), (name: "&gt;", text: ">"), (name: "&#64;", text: "@"), (name: "&nbsp;", text: " "),
        (name: "&quot;", text: "\""), (name: "&#39;", text: "'"), (name: "&amp;", text: "&"),
    ]

    // MARK: Blocks

    /// Those that begin with an address at the beginning of a line, alone or with words behind it.
    private static func ledBlocks(_ lines: [String]) -> [Block] {
        var blocks: [Block] = []
        var isOpen = false
        for line in lines {
            if let (address, rest) = leadingAddress(line) {
                guard blocks.count < MailLimits.textRecipientsMax else { break }
                blocks.append(Block(address: address, lines: rest.isEmpty ? [] : [rest]))
                isOpen = true
            } else if isOpen, let last = blocks.indices.last {
                if !line.isEmpty { blocks[last].lines.append(line) }
                // Empty lines may stand between the address and what is said of it.
                isOpen = !line.isEmpty || blocks[last].lines.last?.hasSuffix(":") ?? true
            }
        }
        return blocks
    }

    /// Lines in which a server refuses an address in their midst: a transcript, or a list of errors. They go with the
    /// block of the address where it has one.
    private static func linedBlocks(_ lines: [String], _ led: [Block]) -> [Block] {
        var blocks = led
        for line in lines where isRefusal(line) && leadingAddress(line) == nil {
            guard let address = addresses(in: line).first else { continue }
            let known = blocks.firstIndex { $0.address.asciiLowercased == address.asciiLowercased }
            if let known, !blocks[known].lines.contains(line) {
                blocks[known].lines.append(line)
            } else if known == nil, led.isEmpty, blocks.count < MailLimits.textRecipientsMax {
                blocks.append(Block(address: address, lines: [line]))
            }
        }
        return blocks
    }

    /// A paragraph that names an address and has the refusal on another line.
    private static func paragraphBlocks(_ lines: [String]) -> [Block] {
        lines.split(separator: "").prefix(MailLimits.textRecipientsMax).compactMap { paragraph in
            guard paragraph.contains(where: isRefusal),
                let address = paragraph.lazy.flatMap({ addresses(in: $0) }).first
            else { return nil }
            return Block(address: address, lines: Array(paragraph))
        }
    }

    /// `a@b.example`, `<a@b.example>:`, `"a@b.example":` and the like at the beginning, also behind a list's mark.
    private static func leadingAddress(_ line: String) -> (address: String, rest: String)? {
        guard line.utf8.contains(ASCII.at) else { return nil }
        var rest = line[...]
        if let mark = rest.first, "*-".contains(mark), rest.dropFirst().first == " " {
            rest = rest.dropFirst(2).trimmingSpaces()
        }
        if let opening = rest.first, let closing = closings[opening] {
            guard let end = rest.dropFirst().firstIndex(of: closing),
                let address = address(rest[rest.index(after: rest.startIndex)..<end])
            else { return nil }
            return (address, remainder(rest[rest.index(after: end)...]))
        }
        let token = rest.prefix { $0 != " " && $0 != "\t" && $0 != "," }
        guard let address = address(token) else { return nil }
        return (address, remainder(rest[token.endIndex...]))
    }

    private static let closings: [Character: Character] = ["<": ">", "\"": "\"", "'": "'", "[": "]"]

    private static func remainder(_ text: Substring) -> String {
        String(text.drop { $0 == ":" || $0 == "," || $0 == " " || $0 == "\t" })
    }

    private static func address(_ text: Substring) -> String? {
        var text = text
        while let last = text.last, ":.;)>".contains(last) { text.removeLast() }
        while let first = text.first, "<(".contains(first) { text.removeFirst() }
        guard text.utf8.contains(ASCII.at), text.utf8.count <= MailLimits.addressMax else { return nil }
        return (try? EmailAddress(parsing: String(text)))?.text
    }

    private static func addresses(in line: String) -> [String] {
        guard line.utf8.contains(ASCII.at) else { return [] }
        return line.split { " \t<>()[]\"',;".contains($0) }.compactMap { word in
            // Exim writes `RCPT TO:<a@b>`, others `userid:a@b`.
            address(word) ?? word.split(separator: ":").lazy.compactMap(address).first
        }
    }
}
