import Testing

@testable import SMTPWire

struct ServerTransactionTests {
    @Test("A message is taken with its envelope and its content, dots unstuffed")
    func wholeMessage() throws {
        var talk = ServerTalk.greeted()
        talk.client("MAIL FROM:<a@example.org> SIZE=20 BODY=8BITMIME")
        talk.replies("250 2.1.0 Ok")
        talk.client("RCPT TO:<b@example.net>")
        talk.replies("250 2.1.5 Ok")
        talk.client("DATA")
        talk.replies("354 End data with <CR><LF>.<CR><LF>")
        talk.client(bytes: bytes("Subject: x\r\n\r\n..dot\r\n...\r\n.\r\n"))
        talk.replies("250 2.0.0 Taken")
        let mail = try #require(talk.taken.first)
        #expect(mail.content == bytes("Subject: x\r\n\r\n.dot\r\n..\r\n"))
        #expect(mail.sender.mailbox == mailbox("a@example.org"))
        #expect(mail.sender.parameters.body == .eightBitMIME)
        #expect(mail.recipients.map(\.mailbox) == [mailbox("b@example.net")])
        #expect(mail.trace == TraceFacts(heloName: "client.example", protocolName: "ESMTP"))
    }

    @Test("Nothing is answered to a message before it is decided, and the session waits with what follows")
    func decisionIsAwaited() {
        var talk = ServerTalk.inContent()
        talk.holdsMessages = true
        talk.client(bytes: bytes("x\r\n.\r\nMAIL FROM:<c@example.org>\r\n"))
        talk.replies()
        #expect(talk.session.phase == .deciding)
        talk.event(.answered(.accepted(Reply(.completed, .success, "Kept"))))
        talk.replies("250 2.0.0 Kept", "250 2.1.0 Ok")
    }

    @Test("Several messages go through one session")
    func severalMessages() {
        var talk = ServerTalk.greeted()
        for _ in 0..<3 {
            for line in ["MAIL FROM:<>", "RCPT TO:<b@example.net>", "DATA"] { talk.client(line) }
            talk.client(bytes: bytes(".\r\n"))
        }
        #expect(talk.taken.count == 3)
        #expect(talk.taken.allSatisfy { $0.sender.mailbox == nil && $0.content.isEmpty })
    }

    @Test("RSET and EHLO forget the envelope")
    func reset() {
        for command in ["RSET", "EHLO again.example", "HELO again.example"] {
            var talk = ServerTalk.greeted()
            talk.client("MAIL FROM:<a@example.org>")
            talk.client(command)
            talk.ignoresReplies()
            talk.client("RCPT TO:<b@example.net>")
            talk.codes(503)
        }
    }

    @Test(
        "Commands out of sequence are refused",
        arguments: [
            ["MAIL FROM:<a@example.org>"], ["EHLO x", "RCPT TO:<b@example.net>"], ["EHLO x", "DATA"],
            ["EHLO x", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], ["HELO x", "AUTH PLAIN AHUAcA=="],
        ])
    func badSequence(lines: [String]) {
        var configuration = ServerConfiguration.open
        configuration.mechanisms = [.plain]
        var talk = ServerTalk(configuration)
        for line in lines.dropLast() {
            talk.client(line)
            talk.ignoresReplies()
        }
        talk.client(lines[lines.count - 1])
        talk.codes(503)
    }

    @Test("DATA without an accepted recipient is refused, also in a group with what was refused")
    func noRecipients() {
        var talk = ServerTalk.greeted()
        talk.group("MAIL FROM:<a@example.org>", "RCPT TO:<refused@example.net>", "DATA")
        talk.codes(250, 550, 554)
        #expect(talk.session.phase == .idle)
    }

    @Test("One refused recipient does not refuse the others")
    func someRecipients() {
        var talk = ServerTalk.greeted()
        talk.group("MAIL FROM:<a@example.org>", "RCPT TO:<refused@example.net>", "RCPT TO:<b@example.net>", "DATA")
        talk.codes(250, 550, 250, 354)
        talk.client(bytes: bytes(".\r\n"))
        #expect(talk.taken.first?.recipients.map(\.mailbox) == [mailbox("b@example.net")])
    }

    @Test("Replies to a group of commands go out together")
    func groupedReplies() {
        var session = ServerTalk.greeted().session
        var sent = 0
        let actions = session.handle(.received(bytes("RSET\r\nRSET\r\nHELP\r\n")))
        for action in actions { if case .send = action { sent += 1 } }
        #expect(sent == 1)
    }

    @Test("More recipients than the limit are told to come in another transaction, and those before are kept")
    func recipientLimit() {
        var talk = ServerTalk.greeted(.limited { $0.recipientsMax = 2 })
        talk.group(
            "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>",
            "RCPT TO:<d@example.net>", "DATA")
        talk.codes(250, 250, 250, 452, 354)
        talk.client(bytes: bytes(".\r\n"))
        #expect(talk.taken.first?.recipients.count == 2)
    }

    @Test("A size above the limit is refused at MAIL, where it is announced")
    func announcedSize() {
        var talk = ServerTalk.greeted(.limited { $0.messageOctetsMax = 100 })
        talk.client("MAIL FROM:<a@example.org> SIZE=101")
        talk.replies("552 5.3.4 Message is too large")
        talk.client("MAIL FROM:<a@example.org> SIZE=99999999999999999999")
        talk.codes(552)
        talk.client("MAIL FROM:<a@example.org> SIZE=100")
        talk.codes(250)
    }

    @Test("A message that turns out too large is read to its end and refused, and the next one is taken")
    func actualSize() {
        var talk = ServerTalk.inContent(.limited { $0.messageOctetsMax = 10 })
        talk.client(bytes: bytes("123456789\r\n.\r\n"))
        talk.replies("552 5.3.4 Message is too large")
        talk.group("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")
        talk.client(bytes: bytes("12345678\r\n.\r\n"))
        talk.codes(250, 250, 354, 250)
        #expect(talk.taken.map(\.content.count) == [10])
    }

    @Test("Content that there is no memory for is refused at its end")
    func outOfMemory() {
        var talk = ServerTalk.inContent()
        talk.client(bytes: bytes("beginning\r\n"))
        talk.event(.contentUnwanted)
        #expect(talk.session.octetsHeld == 0)
        talk.client(bytes: bytes("end\r\n.\r\n"))
        talk.replies("452 4.3.1 Insufficient system storage")
    }

    @Test("Postmaster alone is this server's")
    func postmaster() {
        var talk = ServerTalk.greeted()
        talk.group("MAIL FROM:<a@example.org>", "RCPT TO:<PostMaster>", "DATA")
        talk.client(bytes: bytes(".\r\n"))
        #expect(talk.taken.first?.recipients.map(\.mailbox) == [mailbox("postmaster@mail.example")])
    }

    @Test("The delivery status parameters are kept")
    func statusParameters() throws {
        var talk = ServerTalk.greeted()
        talk.client("MAIL FROM:<a@example.org> RET=HDRS ENVID=QQ+2B1")
        talk.client("RCPT TO:<b@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;B+2Bx@example.net")
        talk.client("RCPT TO:<c@example.net> NOTIFY=NEVER")
        talk.client("DATA")
        talk.client(bytes: bytes(".\r\n"))
        let mail = try #require(talk.taken.first)
        #expect(mail.sender.parameters.returned == .headers)
        #expect(mail.sender.parameters.envelopeID == "QQ+1")
        #expect(mail.recipients[0].parameters.notify == [.success, .failure])
        #expect(mail.recipients[0].parameters.originalRecipient == "rfc822;B+x@example.net")
        #expect(mail.recipients[1].parameters.notify == [])
    }

    @Test("International addresses need SMTPUTF8, and are taken with it")
    func internationalAddresses() {
        var talk = ServerTalk.greeted()
        talk.client("MAIL FROM:<jörg@example.org>")
        talk.replies("553 5.6.7 This address needs SMTPUTF8")
        talk.client("MAIL FROM:<a@example.org>")
        talk.codes(250)
        talk.client("RCPT TO:<jörg@example.net>")
        talk.codes(553)
        talk.client("RSET")
        talk.client("MAIL FROM:<jörg@example.org> SMTPUTF8")
        talk.client("RCPT TO:<пример@пример.example>")
        talk.client("DATA")
        talk.client(bytes: bytes(".\r\n"))
        talk.codes(250, 250, 250, 354, 250)
        #expect(talk.taken.first?.trace.protocolName == "UTF8SMTP")
    }
}
