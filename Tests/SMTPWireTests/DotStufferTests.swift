import SMTPWire
import Testing

struct DotStufferTests {
    /// The bytes on the wire for content given in pieces.
    private func wire(_ text: String, piece: Int = .max) throws(ContentError) -> String {
        var stuffer = DotStuffer()
        var output: [UInt8] = []
        var rest = bytes(text)[...]
        while !rest.isEmpty {
            try stuffer.append(Array(rest.prefix(piece)), to: &output)
            rest = rest.dropFirst(piece)
        }
        try stuffer.finish(&output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(
        "A dot that begins a line is doubled, and no other",
        arguments: [
            (".", "..\r\n.\r\n"), (".\r\n", "..\r\n.\r\n"), ("a\r\n.b\r\n", "a\r\n..b\r\n.\r\n"),
            ("..\r\n", "...\r\n.\r\n"), ("a.\r\n.\r\n\r\n.", "a.\r\n..\r\n\r\n..\r\n.\r\n"),
        ])
    func dots(content: String, expected: String) throws {
        #expect(try wire(content) == expected)
    }

    @Test("Content without a final line end gets one")
    func lastLine() throws {
        #expect(try wire("a") == "a\r\n.\r\n")
    }

    @Test("Empty content is the dot alone")
    func empty() throws {
        #expect(try wire("") == ".\r\n")
    }

    @Test("A bare CR is refused, also at the end and across pieces", arguments: ["a\rb", "a\r", "\r\r\n", "a\r\n\r"])
    func bareCarriageReturn(content: String) {
        #expect(throws: ContentError.bareCarriageReturn) { try wire(content) }
        #expect(throws: ContentError.bareCarriageReturn) { try wire(content, piece: 1) }
    }

    @Test("A bare LF is refused", arguments: ["\n", "a\nb", "a\r\n\n", "\r\n.\n"])
    func bareLineFeed(content: String) {
        #expect(throws: ContentError.bareLineFeed) { try wire(content) }
        #expect(throws: ContentError.bareLineFeed) { try wire(content, piece: 1) }
    }

    @Test("Pieces of any size give the same bytes, and taking the dots off gives the content again")
    func random() throws {
        var random = SeededRandom(seed: 5321)
        for _ in 0..<300 {
            let parts = ["\r\n", ".", "a", "..", "\r\n.\r\n", "\u{1}é"]
            let content = (0..<random.below(40)).map { _ in parts[random.below(parts.count)] }.joined() + "\r\n"
            let whole = try wire(content)
            #expect(try wire(content, piece: 1 + random.below(9)) == whole)
            #expect(unstuffed(whole) == content)
            // The end stands once, at the end.
            #expect(("\r\n" + whole).ranges(of: "\r\n.\r\n").count == 1)
        }
    }

    /// What a server makes of it (RFC 5321 §4.5.2), written another way.
    private func unstuffed(_ wire: String) -> String {
        var lines = Array(wire.utf8).split(separator: 13, omittingEmptySubsequences: false).map {
            Array($0.drop { $0 == 10 })
        }
        lines.removeLast(2)
        return lines.map { String(decoding: $0.first == 46 ? $0.dropFirst() : $0[...], as: UTF8.self) + "\r\n" }
            .joined()
    }
}
