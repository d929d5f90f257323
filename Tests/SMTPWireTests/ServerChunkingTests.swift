import Testing

@testable import SMTPWire

struct ServerChunkingTests {
    private func begun(_ configuration: ServerConfiguration = .open) -> ServerTalk {
        var talk = ServerTalk.greeted(configuration)
        talk.group("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>")
        talk.ignoresReplies()
        return talk
    }

    @Test("A message in chunks is what they hold, dots and all")
    func chunks() {
        var talk = begun()
        talk.client(bytes: bytes("BDAT 6\r\n.\r\n..x"))
        talk.replies("250 2.0.0 6 octets received")
        talk.client(bytes: bytes("BDAT 5 LAST\r\n\r\n.\r\n"))
        talk.replies("250 2.0.0 Taken")
        #expect(talk.taken.first?.content == bytes(".\r\n..x\r\n.\r\n"))
    }

    @Test("Chunks may follow each other and the envelope without waiting")
    func grouped() {
        var talk = ServerTalk.greeted()
        talk.group(
            "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "BDAT 3\r\na", "BDAT 3 last\r\nb",
            "MAIL FROM:<>")
        talk.codes(250, 250, 250, 250, 250)
        #expect(talk.taken.first?.content == bytes("a\r\nb\r\n"))
    }

    @Test("An empty last chunk ends a message")
    func emptyLast() {
        var talk = begun()
        talk.client(bytes: bytes("BDAT 3\r\nx\r\n"))
        talk.client("BDAT 0 LAST")
        talk.codes(250, 250)
        #expect(talk.taken.first?.content == bytes("x\r\n"))
    }

    @Test(
        "A CR or LF by itself is refused here too, also where a chunk ends between",
        arguments: ["a\nb", "a\rb", "ab\r"])
    func bareLineEnds(content: String) {
        var talk = begun()
        talk.client(bytes: bytes("BDAT 3\r\n\(content)"))
        talk.client(bytes: bytes("BDAT 3 LAST\r\nxyz"))
        #expect(talk.taken.isEmpty)
        talk.staysOpen()
    }

    @Test("Chunks of a refused message are read and dropped until RSET")
    func dropped() {
        var talk = begun(.limited { $0.messageOctetsMax = 4 })
        talk.client(bytes: bytes("BDAT 5\r\nabcde"))
        talk.codes(552)
        talk.client(bytes: bytes("BDAT 6 LAST\r\nRSET\r\n"))
        talk.codes(503)
        talk.client("RSET")
        talk.codes(250)
        #expect(talk.taken.isEmpty)
    }

    @Test("A chunk without an envelope is read, dropped and refused")
    func withoutEnvelope() {
        var talk = ServerTalk.greeted()
        talk.client(bytes: bytes("BDAT 6 LAST\r\nQUIT\r\n"))
        talk.codes(503)
        talk.staysOpen()
    }

    @Test("DATA and further recipients do not mix with chunks")
    func noMixing() {
        var talk = begun()
        talk.client(bytes: bytes("BDAT 1\r\nx"))
        talk.client("DATA")
        talk.client("RCPT TO:<c@example.net>")
        talk.codes(250, 503, 503)
    }

    @Test(
        "Sizes that are none are refused",
        arguments: ["BDAT", "BDAT x", "BDAT -1", "BDAT 1 FIRST", "BDAT 99999999999999999999", "BDAT 1 LAST LAST"])
    func sizes(line: String) {
        var talk = begun()
        talk.client(line)
        talk.codes(501)
    }

    @Test("A chunk beyond all measure ends the session")
    func beyondMeasure() {
        var talk = begun()
        talk.client("BDAT 999999999999 LAST")
        talk.codes(552)
        talk.closes(.contentTooLarge)
    }
}
