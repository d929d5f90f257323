import SMTPWire
import Testing

struct ClientTLSTests {
    /// A talk at the point where the server has offered what it offers.
    private func greeted(_ policy: TLSPolicy, offering extensions: [String]) -> Talk {
        var talk = Talk(.configured(tls: policy))
        talk.server("220 mx.example")
        talk.client("EHLO client.example")
        talk.server(offering: extensions)
        return talk
    }

    @Test(
        "STARTTLS is used where offered, and all is forgotten after it",
        arguments: [TLSPolicy.opportunistic, .required])
    func startTLS(policy: TLSPolicy) {
        var talk = greeted(policy, offering: ["STARTTLS", "PIPELINING"])
        talk.client("STARTTLS")
        talk.server("220 go ahead")
        talk.does(.startTLS)
        talk.over()
        #expect(talk.session.phase == .tlsHandshake)
        talk.event(.tlsEstablished)
        talk.client("EHLO client.example")
        #expect(talk.session.extensions == EHLOExtensions() && talk.session.isSecure)
        // Offered again by mistake, and not taken again.
        talk.server(offering: ["STARTTLS", "SIZE"])
        talk.does(.idle)
        talk.over()
        #expect(!talk.session.extensions.pipelining)
    }

    @Test("Policy `never` and a connection inside TLS leave STARTTLS alone", arguments: [TLSPolicy.never, .implicit])
    func notUsed(policy: TLSPolicy) {
        var talk = greeted(policy, offering: ["STARTTLS"])
        talk.does(.idle)
        talk.over()
        #expect(talk.session.isSecure == (policy == .implicit))
    }

    @Test("Without the offer, opportunistic goes on and required leaves")
    func notOffered() {
        var talk = greeted(.opportunistic, offering: [])
        talk.does(.idle)
        talk = greeted(.required, offering: [])
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.tlsNotOffered))
        talk.over()
    }

    @Test("Required TLS is not given up because EHLO is refused")
    func heloOffersNothing() {
        var talk = Talk(.configured(tls: .required))
        talk.server("220 mx.example")
        talk.client("EHLO client.example")
        talk.server("500 what?")
        talk.client("HELO client.example")
        talk.server("250 mx.example")
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.tlsNotOffered))
    }

    @Test("A refused STARTTLS: opportunistic goes on, required leaves")
    func refused() {
        var talk = greeted(.opportunistic, offering: ["STARTTLS"])
        talk.client("STARTTLS")
        talk.server("454 4.7.0 no key")
        talk.does(.idle)
        talk = greeted(.required, offering: ["STARTTLS"])
        talk.client("STARTTLS")
        talk.server("454 4.7.0 no key")
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.tlsRefused(reply(454, "no key", status: .securityFailureForNow))))
        talk.over()
    }

    @Test("A failed handshake ends the session, whatever the policy", arguments: [TLSPolicy.opportunistic, .required])
    func failed(policy: TLSPolicy) {
        var talk = greeted(policy, offering: ["STARTTLS"])
        talk.client("STARTTLS")
        talk.server("220 go ahead")
        talk.does(.startTLS)
        talk.event(.tlsFailed)
        talk.does(.close(.tlsFailed))
        talk.over()
    }

    @Test(
        "Clear text in the segment of the reply to STARTTLS is an attack",
        arguments: ["250 injected\r\n", "2", "\r", "250-x\r\n"])
    func injectionInSegment(injected: String) {
        var talk = greeted(.opportunistic, offering: ["STARTTLS"])
        talk.client("STARTTLS")
        // Not through the talk: byte by byte the handshake is asked for before the attack is seen.
        var session = talk.session
        let actions = session.handle(.received(bytes("220 go ahead\r\n" + injected)))
        #expect(actions == [.close(.protocolViolation(.clearTextAfterStartTLS))])
        #expect(!session.isSecure)
    }

    @Test("Clear text after the reply to STARTTLS is an attack in a segment of its own too")
    func injectionAfterSegment() {
        var talk = greeted(.opportunistic, offering: ["STARTTLS"])
        talk.client("STARTTLS")
        talk.server("220 go ahead")
        talk.does(.startTLS)
        talk.event(.received(bytes("2")))
        talk.does(.close(.protocolViolation(.clearTextAfterStartTLS)))
        talk.event(.tlsEstablished)
        talk.over()
    }
}
