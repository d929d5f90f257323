import SMTPWire
import Testing

/// The ways in which a session ends.
struct ClientEndTests {
    private let shutdown = CloseReason.serviceNotAvailable(reply(421, "closing"))

    @Test("Quit while idle is polite")
    func quit() {
        var talk = Talk.idle()
        talk.event(.quit)
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.requested))
        talk.event(.quit)
        talk.event(.connectionClosed)
        talk.event(.timedOut)
        talk.over()
    }

    @Test("Quit waits for the running transaction, and for the opening")
    func quitLater() {
        var talk = Talk.inContentReply()
        talk.event(.quit)
        talk.over()
        talk.server("250 ok")
        talk.ends(.accepted(reply(250, "ok")))
        talk.client("QUIT")
        talk.over()

        talk = Talk()
        talk.event(.quit)
        talk.server("220 mx.example")
        talk.client("EHLO client.example")
        talk.server(offering: [])
        talk.client("QUIT")
        talk.over()
    }

    @Test("However a leaving connection ends, the reason to leave is the one told")
    func leaving() {
        for end in [
            ClientEvent.connectionClosed, .timedOut, .received(bytes("junk\r\n")), .received(bytes("421 x\r\n")),
        ] {
            var talk = Talk.idle()
            talk.event(.quit)
            talk.client("QUIT")
            talk.event(end)
            talk.does(.close(.requested))
            talk.over()
        }
    }

    @Test("After the last transaction allowed the session leaves by itself")
    func transactionLimit() {
        var configuration = ClientConfiguration.plain
        configuration.transactionsMax = 2
        var talk = Talk.idle(offering: [], configuration)
        for _ in 0..<2 {
            talk.event(.begin(letter(to: "b@example.net", isEightBit: true)))
            talk.ends(.failed(.eightBitMIMENotOffered))
            if talk.session.isIdle { talk.does(.idle) }
        }
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.transactionLimit))
        talk.over()
    }

    @Test("A transaction begun on a closed session fails with the reason of the close")
    func beginAfterClose() {
        var talk = Talk.idle()
        talk.event(.connectionClosed)
        talk.does(.close(.connectionLost))
        talk.event(.begin(letter(to: "b@example.net")))
        talk.ends(.failed(.closed(.connectionLost)))
        talk.over()
    }

    @Test("421 before and between transactions closes")
    func shutdownWhenIdle() {
        var talk = Talk()
        talk.server("421 closing")
        talk.does(.close(shutdown))
        talk = Talk.idle()
        talk.server("421 closing")
        talk.does(.close(shutdown))
        talk.over()
    }

    @Test("421 in the envelope leaves temporary failures, but for who was refused before")
    func shutdownInEnvelope() {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net", "d@example.net")))
        talk.client(
            "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>",
            "RCPT TO:<d@example.net>",
            "DATA")
        talk.server("250 ok", "550 b", "250 ok", "421 closing")
        let failed = RecipientOutcome.failed(.closed(shutdown))
        talk.ends(.refused(reply(550, "b"), at: .recipient), failed, failed)
        talk.does(.close(shutdown))
        talk.over()
        #expect(!failed.isPermanent)
    }

    @Test("421 while content is sent is a clear no, and so it is as the reply to the final dot")
    func shutdownInContent() {
        var talk = Talk.inContent()
        talk.server("421 closing")
        talk.ends(.failed(.closed(shutdown)))
        talk.does(.close(shutdown))
        // The piece that was on its way when the server left.
        talk.event(.content(bytes("x\r\n"), isLast: true))
        talk.over()

        talk = Talk.inContentReply()
        talk.server("421 closing")
        talk.ends(.refused(reply(421, "closing"), at: .content))
        talk.does(.close(shutdown))
        talk.over()
    }

    @Test("A refusal in the middle of the content decides, and ends the session")
    func interrupted() {
        var talk = Talk.inContent()
        talk.server("552 5.3.4 too big")
        let refusal = reply(552, "too big", status: .messageTooLarge)
        talk.ends(.refused(refusal, at: .content))
        talk.does(.close(.contentInterrupted(refusal)))
        talk.over()
    }

    @Test("An unasked reply while idle, or approval in the middle of the content, is a violation")
    func unasked() {
        let reason = CloseReason.protocolViolation(.unexpectedReply(.completed))
        var talk = Talk.idle()
        talk.server("250 ok")
        talk.does(.close(reason))
        talk = Talk.inContent()
        talk.server("250 ok")
        talk.ends(.failed(.closed(reason)))
        talk.does(.close(reason))
        talk.over()
    }

    @Test("A connection lost before the final dot surely delivered nothing")
    func lostBefore() {
        var talk = Talk.inContent()
        talk.event(.connectionClosed)
        talk.ends(.failed(.closed(.connectionLost)))
        talk.does(.close(.connectionLost))
        talk.over()
    }

    @Test(
        "After the final dot no end but a reply says whether the message was delivered",
        arguments: [
            (ClientEvent.connectionClosed, CloseReason.connectionLost), (.timedOut, .timedOut(.dataTermination)),
            (.received(bytes("junk\r\n")), .protocolViolation(.malformedReply(.malformedLine))),
            (.received(bytes("354 more\r\n")), .protocolViolation(.unexpectedReply(.startMailInput))),
        ])
    func lostAfterData(event: ClientEvent, reason: CloseReason) {
        var talk = Talk.inContentReply()
        talk.event(event)
        let outcome = RecipientOutcome.failed(.lostAfterData(reason))
        talk.ends(outcome)
        talk.does(.close(reason))
        talk.over()
        #expect(!outcome.isPermanent)
    }

    @Test("An idle session that nobody needs leaves politely")
    func idleTimeout() {
        var talk = Talk.idle()
        talk.event(.timedOut)
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.idleTooLong))
        talk.over()
    }

    @Test("A transaction that begins while an idle session leaves fails at once, and the leaving goes on")
    func beginsTooLate() {
        var talk = Talk.idle()
        talk.event(.timedOut)
        talk.client("QUIT")
        talk.event(.begin(letter(to: "b@example.net")))
        talk.ends(.failed(.closed(.idleTooLong)))
        talk.server("221 bye")
        talk.does(.close(.idleTooLong))
        talk.over()
    }

    @Test("Any other timeout closes at once and names its phase")
    func timeout() {
        var talk = Talk()
        talk.event(.timedOut)
        talk.does(.close(.timedOut(.greeting)))
        talk = Talk.inContent()
        talk.event(.timedOut)
        talk.ends(.failed(.closed(.timedOut(.dataBlock))))
        talk.does(.close(.timedOut(.dataBlock)))
        talk.over()
    }
}
