import SMTPWire
import Testing

/// Transactions in lock-step, and what holds with and without PIPELINING.
struct ClientTransactionTests {
    @Test("One message, one recipient, then ready for the next")
    func accepted() {
        var talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net")))
        talk.client("MAIL FROM:<a@example.org>")
        talk.server("250 2.1.0 ok")
        talk.client("RCPT TO:<b@example.net>")
        talk.server("250 2.1.5 ok")
        talk.client("DATA")
        talk.server("354 go ahead")
        talk.does(.wantContent)
        talk.event(.content(bytes("Subject: x\r\n\r\n.dot\r\n"), isLast: true))
        talk.client("Subject: x", "", "..dot", ".")
        talk.server("250 2.0.0 queued as 17")
        talk.ends(.accepted(reply(250, "queued as 17", status: .success)))
        talk.does(.idle)
        talk.over()
    }

    @Test("The null reverse-path is empty brackets")
    func nullSender() {
        var talk = Talk.idle()
        let report = Transaction(sender: nil, recipients: [mailbox("b@example.net")], contentOctets: 0)
        talk.event(.begin(known(report)))
        talk.client("MAIL FROM:<>")
    }

    @Test("Content goes piece by piece, each asked for")
    func pieces() {
        var talk = Talk.inContent()
        talk.event(.content(bytes("a\r"), isLast: false))
        talk.does(.send(bytes("a\r")))
        talk.does(.wantContent)
        talk.event(.content(bytes("\n."), isLast: false))
        talk.does(.send(bytes("\n..")))
        talk.does(.wantContent)
        talk.event(.content([], isLast: true))
        talk.does(.send(bytes("\r\n.\r\n")))
        talk.over()
        #expect(talk.session.phase == .dataTermination)
    }

    @Test("Refused recipients do not keep the message from the others")
    func mixed() {
        var talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net", "c@example.net", "d@example.net")))
        talk.client("MAIL FROM:<a@example.org>")
        talk.server("250 ok")
        talk.client("RCPT TO:<b@example.net>")
        talk.server("550 5.1.1 unknown")
        talk.client("RCPT TO:<c@example.net>")
        talk.server("251 will forward")
        talk.client("RCPT TO:<d@example.net>")
        talk.server("450 greylisted")
        talk.client("DATA")
        talk.server("354 go ahead")
        talk.does(.wantContent)
        talk.event(.content([], isLast: true))
        talk.client(".")
        talk.server("250 queued")
        talk.ends(
            .refused(reply(550, "unknown", status: .badDestinationMailbox), at: .recipient),
            .accepted(reply(250, "queued")),
            .refused(reply(450, "greylisted"), at: .recipient))
        // Something was delivered: the transaction is complete and nothing is to be reset.
        talk.does(.idle)
        talk.over()
    }

    @Test("A refused sender decides all recipients, and RSET follows", arguments: [451, 550] as [UInt16])
    func senderRefused(code: UInt16) {
        var talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net", "c@example.net")))
        talk.client("MAIL FROM:<a@example.org>")
        talk.server("\(code) no")
        let outcome = RecipientOutcome.refused(reply(code, "no"), at: .mail)
        talk.ends(outcome, outcome)
        #expect(outcome.isPermanent == (code == 550))
        talk.client("RSET")
        talk.server("250 ok")
        talk.does(.idle)
        talk.over()
    }

    @Test("When all recipients are refused there is no DATA")
    func allRefused() {
        var talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net")))
        talk.client("MAIL FROM:<a@example.org>")
        talk.server("250 ok")
        talk.client("RCPT TO:<b@example.net>")
        talk.server("550 no")
        talk.ends(.refused(reply(550, "no"), at: .recipient))
        talk.client("RSET")
    }

    @Test("A refused DATA and a refused content decide what RCPT accepted")
    func lateRefusals() {
        var talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net")))
        talk.client("MAIL FROM:<a@example.org>")
        talk.server("250 ok")
        talk.client("RCPT TO:<b@example.net>")
        talk.server("250 ok")
        talk.client("DATA")
        talk.server("451 later")
        talk.ends(.refused(reply(451, "later"), at: .data))
        talk.client("RSET")

        talk = Talk.inContent()
        talk.event(.content([], isLast: true))
        talk.client(".")
        talk.server("554 5.7.1 spam")
        talk.ends(.refused(reply(554, "spam", status: .notAuthorized), at: .content))
        talk.client("RSET")
        talk.over()
    }

    @Test("A refused RSET ends the session")
    func resetRefused() {
        var talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net")))
        talk.client("MAIL FROM:<a@example.org>")
        talk.server("550 no")
        talk.ends(.refused(reply(550, "no"), at: .mail))
        talk.client("RSET")
        talk.server("502 what?")
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.resetRefused(reply(502, "what?"))))
        talk.over()
    }

    @Test(
        "452 and 552 after an accepted recipient mean: the rest in another transaction",
        arguments: ["452", "552 5.5.3"])
    func tooManyRecipients(refusal: String) {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net")))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "DATA")
        talk.server("250 ok", "250 ok", "\(refusal) too many", "354 go ahead")
        talk.does(.wantContent)
        talk.event(.content([], isLast: true))
        talk.client(".")
        talk.server("250 ok")
        let status: EnhancedStatus? = refusal == "452" ? nil : .tooManyRecipients
        let full = reply(known(UInt16(refusal.prefix(3))), "too many", status: status)
        let outcome = RecipientOutcome.failed(.tooManyRecipients(full))
        talk.ends(.accepted(reply(250, "ok")), outcome)
        #expect(!outcome.isPermanent)
    }

    @Test("552 is permanent for the first recipient, and where its status says that the mailbox is full")
    func mailboxFull() {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net", "d@example.net")))
        talk.client(
            "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>",
            "RCPT TO:<d@example.net>",
            "DATA")
        talk.server("250 ok", "552 full", "250 ok", "552 5.2.2 full", "451 later")
        talk.ends(
            .refused(reply(552, "full"), at: .recipient), .refused(reply(451, "later"), at: .data),
            .refused(reply(552, "full", status: .mailboxFull), at: .recipient))
    }

    @Test("A 3xx to RCPT and a 250 to DATA are violations")
    func violations() {
        var talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net")))
        talk.client("MAIL FROM:<a@example.org>")
        talk.server("250 ok")
        talk.client("RCPT TO:<b@example.net>")
        var other = talk
        talk.server("354 go ahead")
        let intermediate = CloseReason.protocolViolation(.unexpectedReply(.startMailInput))
        talk.ends(.failed(.closed(intermediate)))
        talk.does(.close(intermediate))
        other.server("250 ok")
        other.client("DATA")
        other.server("250 ok")
        let completion = CloseReason.protocolViolation(.unexpectedReply(.completed))
        other.ends(.failed(.closed(completion)))
        other.does(.close(completion))
        other.over()
    }

    @Test("Content with a bare LF is refused for good, and the final dot is never sent")
    func invalidContent() {
        var talk = Talk.inContent()
        talk.event(.content(bytes("good\r\n"), isLast: false))
        talk.client("good")
        talk.does(.wantContent)
        talk.event(.content(bytes("bad\n"), isLast: true))
        let outcome = RecipientOutcome.failed(.contentInvalid(.bareLineFeed))
        talk.ends(outcome)
        talk.does(.close(.contentInvalid))
        talk.over()
        #expect(outcome.isPermanent)
    }
}

extension Talk {
    /// A talk where the server waits for the content of a letter to `b@example.net`.
    static func inContent() -> Talk {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net")))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")
        talk.server("250 ok", "250 ok", "354 go ahead")
        talk.does(.wantContent)
        return talk
    }

    /// A talk where everything was sent and only the last reply is missing.
    static func inContentReply() -> Talk {
        var talk = Talk.inContent()
        talk.event(.content(bytes("x\r\n"), isLast: true))
        talk.client("x", ".")
        return talk
    }
}
