import Testing

@testable import SMTPWire

/// What DSN changes (RFC 3461).
struct ClientNotificationTests {
    private func recipient(
        _ notify: RecipientParameters.Notify? = nil, _ original: String? = nil
    ) -> RecipientParameters {
        var parameters = RecipientParameters()
        parameters.notify = notify
        parameters.originalRecipient = original
        return parameters
    }

    private var request: NotificationRequest {
        NotificationRequest(
            returned: .headers, envelopeID: "a+b=c d",
            recipients: [
                recipient([.failure, .delay], "rfc822;b+tag@example.net"), recipient([]),
                recipient(nil, "rfc822;d@x.net"),
                recipient(),
            ])
    }

    @Test("A server that offers DSN is asked, each recipient for itself, in xtext")
    func offered() {
        var talk = Talk.idle(offering: ["PIPELINING", "DSN"])
        talk.event(
            .begin(
                letter(
                    to: "b@example.net", "c@example.net", "d@example.net", "e@example.net", "f@example.net",
                    notifications: request)))
        talk.client(
            "MAIL FROM:<a@example.org> RET=HDRS ENVID=a+2Bb+3Dc+20d",
            "RCPT TO:<b@example.net> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b+2Btag@example.net",
            "RCPT TO:<c@example.net> NOTIFY=NEVER", "RCPT TO:<d@example.net> ORCPT=rfc822;d@x.net",
            "RCPT TO:<e@example.net>", "RCPT TO:<f@example.net>", "DATA")
    }

    @Test("A server that does not offer DSN is asked for nothing")
    func notOffered() {
        var talk = Talk.idle(offering: ["PIPELINING"])
        talk.event(.begin(letter(to: "b@example.net", notifications: request)))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")
    }

    @Test("Everything can be asked for at once, and the whole message be wanted")
    func all() {
        var talk = Talk.idle(offering: ["DSN"])
        let all = NotificationRequest(returned: .full, recipients: [recipient([.success, .failure, .delay])])
        talk.event(.begin(letter(to: "b@example.net", notifications: all)))
        talk.client("MAIL FROM:<a@example.org> RET=FULL")
        talk.server("250 ok")
        talk.client("RCPT TO:<b@example.net> NOTIFY=SUCCESS,FAILURE,DELAY")
    }

    @Test("An international original recipient is escaped, and stands in its own letters only where SMTPUTF8 is used")
    func international() {
        let request = NotificationRequest(recipients: [recipient(nil, "utf-8;jö+rg\\x{5C}@example.net")])
        var talk = Talk.idle(offering: ["PIPELINING", "DSN", "SMTPUTF8"])
        talk.event(.begin(letter(to: "jörg@example.net", notifications: request)))
        talk.client(
            "MAIL FROM:<a@example.org> SMTPUTF8",
            "RCPT TO:<jörg@example.net> ORCPT=utf-8;jö\\x{2B}rg\\x{5C}@example.net", "DATA")
        talk = Talk.idle(offering: ["PIPELINING", "DSN"])
        talk.event(.begin(letter(to: "b@example.net", notifications: request)))
        talk.client(
            "MAIL FROM:<a@example.org>",
            "RCPT TO:<b@example.net> ORCPT=utf-8;j\\x{F6}\\x{2B}rg\\x{5C}@example.net", "DATA")
    }

    @Test("What is too long once it is encoded, or has no type, is left out")
    func unfit() {
        let long = String(repeating: "+", count: 40)
        let request = NotificationRequest(
            envelopeID: long,
            recipients: [
                recipient(nil, "rfc822;" + String(repeating: "+", count: 200)), recipient(nil, "c@example.net"),
            ])
        var talk = Talk.idle(offering: ["PIPELINING", "DSN"])
        talk.event(.begin(letter(to: "b@example.net", "c@example.net", notifications: request)))
        talk.client("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "RCPT TO:<c@example.net>", "DATA")
    }

    @Test(
        "No original recipient and no envelope's name can end a command or add a parameter",
        arguments: ["\r\n", " ", "\u{7F}"])
    func injection(text: String) {
        let request = NotificationRequest(
            envelopeID: "a\(text)b",
            recipients: [recipient(nil, "rfc822;a\(text)b"), recipient(nil, "utf-8;a\(text)b")])
        for parameters in [request.parameters(of: 0, utf8: true), request.parameters(of: 1, utf8: true)] {
            #expect(
                parameters.count == 1 && parameters.allSatisfy { $0.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } })
        }
        #expect(request.mailParameters.allSatisfy { $0.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } })
    }

    @Test("What is encoded reads back", arguments: ["", "a", "a+b=c", " ~\u{7F}", "Grüße"])
    func xtext(text: String) {
        #expect(XText.decode(Array(XText.encode(text).utf8)[...]) == Array(text.utf8))
    }
}
