import Testing

@testable import SMTPWire

/// Where lines and contents end, and where they do not.
struct ServerLineTests {
    @Test(
        "A CR or LF by itself ends the session, and what stands behind it is not carried out",
        arguments: ["NOOP\n", "NOOP\rRSET\r\n", "RSET\n\r\n", "MAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\r\n"])
    func bareInCommand(text: String) {
        var talk = ServerTalk.greeted()
        talk.client(bytes: bytes(text))
        talk.replies("500 5.5.2 A line ends with CR LF, and neither stands alone")
        talk.closes(.bareLineEnd)
    }

    @Test(
        "No other sequence than CRLF.CRLF ends the content, and such as others might take for it are refused",
        arguments: [
            "x\n.\n", "x\n.\r\n", "x\r\n.\n", "x\r.\r", "x\r.\r\n", "x\r\n.\r", "x\r\n.\rMAIL", "x\n\n.\r\n", "\n.\r\n",
            "x\r\n\n.\r\n", "x\r\n.\n\r\n", "x\r\r\n.\r\n",
        ])
    func smuggling(end: String) {
        var talk = ServerTalk.inContent()
        talk.client(bytes: bytes(end + "MAIL FROM:<evil@example.org>\r\nRCPT TO:<c@example.net>\r\n"))
        talk.replies("554 5.6.0 In the content CR and LF stand together or not at all")
        talk.closes(.bareLineEnd)
        #expect(talk.taken.isEmpty)
    }

    @Test("A dot within a line, dots at its beginning, and an empty line do not end the content")
    func dots() {
        var talk = ServerTalk.inContent()
        talk.client(bytes: bytes("a.\r\n\r\n.a\r\n..\r\n. \r\n"))
        #expect(talk.session.phase == .content)
        talk.client(bytes: bytes(".\r\n"))
        #expect(talk.taken.first?.content == bytes("a.\r\n\r\na\r\n.\r\n \r\n"))
    }

    @Test("Every octet but a lone CR or LF passes through unchanged")
    func everyOctet() {
        var talk = ServerTalk.inContent()
        let all = (0...255).map { UInt8($0) }.filter { $0 != 10 && $0 != 13 }
        talk.client(bytes: all + bytes("\r\n.\r\n"))
        #expect(talk.taken.first?.content == all + bytes("\r\n"))
    }

    @Test("A line that is too long is dropped to its end, whatever its parts look like")
    func longLine() {
        var talk = ServerTalk.greeted()
        talk.client("NOOP " + String(repeating: "RSET ", count: 1000))
        talk.replies("500 5.5.2 Line is too long")
        talk.client("RSET")
        talk.replies("250 2.0.0 Ok")
        talk.staysOpen()
    }

    @Test("A line without an end takes no more memory than a line may have")
    func endlessLine() {
        var session = ServerTalk.greeted().session
        for _ in 0..<100 {
            _ = session.handle(.received([UInt8](repeating: 0x41, count: 10_000)))
            #expect(session.octetsHeld <= SMTPLimits.serverLineOctetsMax)
        }
    }

    @Test("The longest line that may be is read")
    func longestLine() {
        var talk = ServerTalk.greeted()
        talk.client("NOOP " + String(repeating: "x", count: SMTPLimits.serverLineOctetsMax - 7))
        talk.replies("250 2.0.0 Ok")
    }

    @Test("Verbs are read in any case, and white space at a line's end is not looked at")
    func forms() {
        var talk = ServerTalk.greeted()
        talk.client("mAiL fRoM:<a@example.org> body=8bitmime  ")
        talk.client("rcpt to:<b@example.net>\t")
        talk.codes(250, 250)
    }

    @Test(
        "What is no command is refused, and the session goes on",
        arguments: [
            ("BOGUS", 500), ("", 500), ("MAILFROM:<a@b.example>", 500), ("NO\u{0}OP", 500), ("QUIT now", 501),
            ("RSET 1", 501), ("DATA x", 501), ("STARTTLS x", 501), ("VRFY", 501), ("TURN", 502), ("ETRN x", 502),
            ("EXPN list", 502), ("STARTTLS", 502), ("EHLO", 501), ("EHLO a b", 501),
            ("EHLO [1.2.3.4\u{1}]", 501), ("HELO ", 501),
        ])
    func noCommand(line: String, code: Int) {
        var talk = ServerTalk.greeted()
        talk.client(line)
        talk.codes(code)
        talk.staysOpen()
    }

    @Test(
        "No name in EHLO stops mail: what is none is noted as well as a trace field can hold it",
        arguments: [
            ("my_pc", "my_pc"), ("[127.0.0.1]", "[127.0.0.1]"), ("[IPv6:::1]", "[IPv6:::1]"), ("WIN-ABC$", "WIN-ABC?"),
            ("host.", "host"), ("tést", "t??st"), ("<x>", "?x?"), ("-x", "-x"), ("x..y", "x..y"),
            ("[1(2)]", "[1?2?]"), ("a;b", "a?b"),
        ])
    func heloNames(name: String, noted: String) throws {
        var talk = ServerTalk()
        talk.client("EHLO \(name)")
        talk.codes(250)
        talk.client("MAIL FROM:<a@example.org>")
        talk.client("RCPT TO:<b@example.net>")
        talk.client("DATA")
        talk.client("x\r\n.")
        #expect(try #require(talk.taken.first).trace.heloName == noted)
    }

    @Test("A blank behind the colon is passed over, unless sessions are strict", arguments: [false, true])
    func blank(isStrict: Bool) {
        var configuration = ServerConfiguration.open
        configuration.isStrict = isStrict
        var talk = ServerTalk.greeted(configuration)
        talk.client("MAIL FROM: <a@example.org>")
        talk.codes(isStrict ? 501 : 250)
        talk.client("MAIL FROM:<a@example.org>")
        talk.codes(isStrict ? 250 : 503)
        talk.client("RCPT TO: <b@example.net>")
        talk.codes(isStrict ? 501 : 250)
    }
}
