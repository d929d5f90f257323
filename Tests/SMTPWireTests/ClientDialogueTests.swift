import Testing

@testable import SMTPWire

@Suite("What a client's session keeps of what was said")
struct ClientDialogueTests {
    private static let opening = """
        S: 220 mx.example ESMTP
        C: EHLO client.example
        S: 250-mx.example
        S: 250 PIPELINING

        """

    /// A pipelined transaction for two, of whom the second is refused.
    private func halfRefused() -> Talk {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net")))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "DATA")
        talk.server("250 2.1.0 ok", "250 2.1.5 fine", "550-5.1.1 nobody", "550 5.1.1 here", "354 go on")
        talk.does(.wantContent)
        talk.event(.content(bytes("Secret\r\n"), isLast: true))
        talk.client("Secret", ".")
        talk.server("250 2.0.0 queued")
        return talk
    }

    @Test("Each recipient has the opening, its own lines and everybody's; the content is only counted")
    func recipients() {
        let dialogue = halfRefused().session.dialogue
        #expect(
            dialogue.text(of: 0) == Self.opening + """
                C: MAIL FROM:<a@example.org>
                C: RCPT TO:<b@example.net>
                C: DATA
                S: 250 2.1.0 ok
                S: 250 2.1.5 fine
                S: 354 go on
                * content, 9 octets
                S: 250 2.0.0 queued

                """)
        #expect(
            dialogue.text(of: 1) == Self.opening + """
                C: MAIL FROM:<a@example.org>
                C: RCPT TO:<c@example.net>
                C: DATA
                S: 250 2.1.0 ok
                S: 550-5.1.1 nobody
                S: 550 5.1.1 here
                S: 354 go on
                * content, 9 octets
                S: 250 2.0.0 queued

                """)
    }

    @Test("The next transaction begins anew, with the same opening")
    func next() {
        var talk = halfRefused()
        talk.event(.begin(letter(to: "d@example.net")))
        talk.server("451 4.3.0 not now", "503 what", "503 what")
        #expect(
            talk.session.dialogue.text(of: 0) == Self.opening + """
                C: MAIL FROM:<a@example.org>
                C: RCPT TO:<d@example.net>
                C: DATA
                S: 451 4.3.0 not now
                S: 503 what
                S: 503 what

                """, "RSET is nobody's")
    }

    @Test("Credentials never stand in it", arguments: ["AUTH PLAIN", "AUTH LOGIN"])
    func credentials(_ offer: String) {
        let credentials = known(Credentials(user: "tim", password: "tanstaaftanstaaf"))
        var talk = Talk(.configured(tls: .implicit, credentials: credentials))
        talk.server("220 mx.example")
        talk.server(offering: [offer])
        talk.server("334 VXNlcm5hbWU6")
        talk.server("334 UGFzc3dvcmQ6")
        let text = talk.session.dialogue.openingText
        #expect(text.contains("C: \(offer)"))
        #expect(text.contains("(credentials)"))
        for secret in ["tim", "tanstaaf", "dGlt", "dGFuc3RhYWZ0YW5zdGFhZg", "AHRpbQ"] {
            #expect(!text.contains(secret))
        }
    }

    @Test("An end without a word is told")
    func cut() {
        var talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net")))
        talk.event(.connectionClosed)
        #expect(
            talk.session.dialogue.text(of: 0).hasSuffix(
                "C: MAIL FROM:<a@example.org>\n* the connection to the next hop was lost\n"))
    }

    @Test("A session that is refused at once tells it, after what was tried before")
    func refused() {
        var before = Dialogue()
        before.note("no connection to a.example")
        var session = ClientSession(.plain, after: before)
        _ = session.handle(.received(bytes("554 5.7.1 go away\r\n")))
        _ = session.handle(.received(bytes("221 bye\r\n")))
        #expect(
            session.dialogue.openingText == """
                * no connection to a.example
                S: 554 5.7.1 go away
                * the next hop ended the session
                C: QUIT
                S: 221 bye

                """)
    }

    @Test("What a talkative server says has a bound, and what follows the opening is still kept")
    func bounded() {
        let line = String(repeating: "x", count: 1000)
        var talk = Talk()
        talk.server("220 mx.example")
        talk.server(offering: Array(repeating: line, count: 50))
        talk.event(.begin(letter(to: "b@example.net")))
        for _ in 0..<5 { talk.server("250 ok") }
        let text = talk.session.dialogue.text(of: 0)
        #expect(text.utf8.count < SMTPLimits.dialogueOpeningOctetsMax + 500)
        #expect(text.contains("* the rest was not kept\nC: MAIL FROM"))
    }
}
