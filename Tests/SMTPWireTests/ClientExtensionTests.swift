import SMTPWire
import Testing

/// What PIPELINING, SIZE, 8BITMIME and SMTPUTF8 change.
struct ClientExtensionTests {
    @Test("With PIPELINING the envelope is one piece, and a 354 without recipients is ended by a lone dot")
    func allRefusedButData() {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net")))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "DATA")
        talk.server("250 ok", "550 b", "450 c", "354 go ahead")
        talk.client(".")
        #expect(talk.session.phase == .dataTermination)
        talk.server("250 queued for nobody")
        talk.ends(.refused(reply(550, "b"), at: .recipient), .refused(reply(450, "c"), at: .recipient))
        talk.client("RSET")
        talk.server("250 ok")
        talk.does(.idle)
        talk.over()
    }

    @Test("With PIPELINING a refused MAIL decides, whatever is said to the commands behind it")
    func senderRefused() {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net")))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "DATA")
        talk.server("550 5.7.1 not you", "503 no MAIL", "250 ok")
        talk.over()
        talk.server("503 no RCPT")
        let outcome = RecipientOutcome.refused(reply(550, "not you", status: .notAuthorized), at: .mail)
        talk.ends(outcome, outcome)
        talk.client("RSET")
        talk.over()
    }

    @Test("With PIPELINING each reply finds its recipient")
    func mixed() {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net")))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "DATA")
        talk.server("250 ok")
        #expect(talk.session.phase == .recipient)
        talk.server("550 b", "250 c", "354 go ahead")
        talk.does(.wantContent)
        talk.event(.content([], isLast: true))
        talk.client(".")
        talk.server("250 queued")
        talk.ends(.refused(reply(550, "b"), at: .recipient), .accepted(reply(250, "queued")))
        talk.does(.idle)
        talk.over()
    }

    @Test("SIZE goes with MAIL where offered, and a message above the limit is not tried")
    func size() {
        var talk = Talk.idle(offering: ["SIZE 100"])
        talk.event(.begin(letter(to: "b@example.net", octets: 101)))
        let outcome = RecipientOutcome.failed(.messageTooLarge(limitOctets: 100))
        talk.ends(outcome)
        #expect(outcome.isPermanent)
        talk.does(.idle)
        talk.event(.begin(letter(to: "b@example.net", octets: 100)))
        talk.client("MAIL FROM:<a@example.org> SIZE=100")
        talk.over()
    }

    @Test("BODY=8BITMIME goes with 8-bit content alone, which is not tried without the offer")
    func eightBit() {
        var talk = Talk.idle(offering: ["8BITMIME"])
        talk.event(.begin(letter(to: "b@example.net", isEightBit: true)))
        talk.client("MAIL FROM:<a@example.org> BODY=8BITMIME")
        talk = Talk.idle(offering: ["8BITMIME"])
        talk.event(.begin(letter(to: "b@example.net")))
        talk.client("MAIL FROM:<a@example.org>")
        talk = Talk.idle()
        talk.event(.begin(letter(to: "b@example.net", isEightBit: true)))
        talk.ends(.failed(.eightBitMIMENotOffered))
        talk.does(.idle)
        talk.over()
        #expect(DeliveryFailure.eightBitMIMENotOffered.status.description == "5.6.3")
    }

    @Test("SMTPUTF8 goes with MAIL when an address or the header needs it")
    func smtpUTF8() {
        let offer = ["SMTPUTF8", "8BITMIME", "SIZE"]
        var talk = Talk.idle(offering: offer)
        talk.event(.begin(letter(to: "jörg@example.net")))
        talk.client("MAIL FROM:<a@example.org> SIZE=9 SMTPUTF8")
        talk.server("250 ok")
        talk.client("RCPT TO:<jörg@example.net>")
        talk = Talk.idle(offering: offer)
        talk.event(.begin(letter(to: "b@example.net", hasInternationalHeader: true)))
        talk.client("MAIL FROM:<a@example.org> SIZE=9 BODY=8BITMIME SMTPUTF8")
        talk = Talk.idle(offering: offer)
        talk.event(.begin(letter(to: "b@example.net")))
        talk.client("MAIL FROM:<a@example.org> SIZE=9")
    }

    @Test("Without SMTPUTF8 an international header is not tried at all")
    func internationalHeader() {
        var talk = Talk.idle(offering: ["8BITMIME"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net", hasInternationalHeader: true)))
        talk.ends(.failed(.smtpUTF8NotOffered), .failed(.smtpUTF8NotOffered))
        talk.does(.idle)
        talk.over()
        #expect(DeliveryFailure.smtpUTF8NotOffered.status.description == "5.6.7")
        #expect(DeliveryFailure.smtpUTF8NotOffered.isPermanent)
    }

    @Test("Without SMTPUTF8 an international recipient does not keep the message from the others")
    func internationalRecipient() {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "jörg@example.net", "b@example.net")))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")
        talk.server("250 ok", "250 ok", "354 go ahead")
        talk.does(.wantContent)
        talk.event(.content([], isLast: true))
        talk.client(".")
        talk.server("250 queued")
        talk.ends(.failed(.smtpUTF8NotOffered), .accepted(reply(250, "queued")))
    }
}
