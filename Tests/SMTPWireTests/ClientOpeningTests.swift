import SMTPWire
import Testing

struct ClientOpeningTests {
    @Test("After greeting and EHLO the session is idle")
    func opening() {
        var talk = Talk()
        talk.over()
        talk.server("220-mx.example ESMTP", "220 no spam please")
        talk.client("EHLO client.example")
        talk.server(offering: ["PIPELINING", "SIZE 1000"])
        talk.does(.idle)
        talk.over()
        #expect(talk.session.isIdle && !talk.session.isSecure)
        #expect(talk.session.extensions.pipelining)
    }

    @Test(
        "A server that refuses EHLO for good is greeted with HELO", arguments: ["500 what?", "502 5.5.1 no", "550 no"])
    func helo(refusal: String) {
        var talk = Talk()
        talk.server("220 mx.example")
        talk.client("EHLO client.example")
        talk.server(refusal)
        talk.client("HELO client.example")
        talk.server("250 mx.example")
        talk.does(.idle)
        talk.over()
    }

    @Test("A refused greeting is left with QUIT, and says whether it is permanent", arguments: [450, 554] as [UInt16])
    func greetingRefused(code: UInt16) {
        var talk = Talk()
        talk.server("\(code) go away")
        talk.client("QUIT")
        talk.server("221 bye")
        let reason = CloseReason.greetingRefused(reply(code, "go away"))
        talk.does(.close(reason))
        talk.over()
        #expect(reason.isPermanent == (code == 554))
    }

    @Test("A temporary refusal of EHLO, and any of HELO, ends the session")
    func helloRefused() {
        var talk = Talk()
        talk.server("220 mx.example")
        talk.client("EHLO client.example")
        talk.server("451 later")
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.helloRefused(reply(451, "later"))))

        talk = Talk()
        talk.server("220 mx.example")
        talk.client("EHLO client.example")
        talk.server("500 what?")
        talk.client("HELO client.example")
        talk.server("550 no")
        talk.client("QUIT")
        talk.event(.connectionClosed)
        talk.does(.close(.helloRefused(reply(550, "no"))))
        talk.over()
    }

    @Test("A 3xx where none can be is a violation", arguments: [0, 1, 2])
    func intermediate(turn: Int) {
        var talk = Talk()
        if turn > 0 {
            talk.server("220 mx.example")
            talk.client("EHLO client.example")
        }
        if turn > 1 {
            talk.server("500 what?")
            talk.client("HELO client.example")
        }
        talk.server("354 go on")
        talk.does(.close(.protocolViolation(.unexpectedReply(.startMailInput))))
        talk.over()
    }

    @Test("What is no reply ends the session at once")
    func malformed() {
        var talk = Talk()
        talk.server("SSH-2.0-OpenSSH_9.2")
        talk.does(.close(.protocolViolation(.malformedReply(.malformedLine))))
        talk.over()
    }
}
