import SMTPWire
import Testing

struct ClientAuthenticationTests {
    private let credentials = known(Credentials(user: "tim", password: "tanstaaftanstaaf"))

    private func greeted(
        offering extensions: [String], tls: TLSPolicy = .implicit, plaintext: Bool = false,
        _ credentials: Credentials? = nil
    ) -> Talk {
        var talk = Talk(
            .configured(
                tls: tls, credentials: credentials ?? self.credentials, plaintextAuthentication: plaintext))
        talk.server("220 mx.example")
        talk.client("EHLO client.example")
        talk.server(offering: extensions)
        return talk
    }

    @Test("PLAIN is preferred and goes in one turn")
    func plain() {
        var talk = greeted(offering: ["AUTH LOGIN PLAIN"])
        // The example of RFC 4616 §4.
        talk.client("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
        #expect(talk.session.phase == .authentication)
        talk.server("235 2.7.0 welcome")
        talk.does(.idle)
        talk.over()
    }

    @Test("PLAIN waits for the challenge where its response would make the command too long")
    func longPlain() {
        let password = String(repeating: "x", count: 400)
        var talk = greeted(offering: ["AUTH PLAIN"], Credentials(user: "t", password: password))
        talk.client("AUTH PLAIN")
        talk.server("334 ")
        // NUL t NUL, then the x's.
        talk.client("AHQA" + String(repeating: "eHh4", count: 133) + "eA==")
        talk.server("235 welcome")
        talk.does(.idle)
        talk.over()
    }

    @Test("LOGIN gives name and password when asked")
    func login() {
        var talk = greeted(offering: ["AUTH LOGIN CRAM-MD5"])
        talk.client("AUTH LOGIN")
        talk.server("334 VXNlcm5hbWU6")
        talk.client("dGlt")
        talk.server("334 UGFzc3dvcmQ6")
        talk.client("dGFuc3RhYWZ0YW5zdGFhZg==")
        talk.server("235 welcome")
        talk.does(.idle)
        talk.over()
    }

    @Test("A server that offers PLAIN and does not know it is asked by LOGIN")
    func fallback() {
        var talk = greeted(offering: ["AUTH PLAIN LOGIN"])
        talk.client("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
        talk.server("504 5.5.4 Unrecognized authentication type")
        talk.client("AUTH LOGIN")
        talk.server("334 VXNlcm5hbWU6")
        talk.client("dGlt")
        talk.server("334 UGFzc3dvcmQ6")
        talk.client("dGFuc3RhYWZ0YW5zdGFhZg==")
        talk.server("235 welcome")
        talk.does(.idle)
        talk.over()
    }

    @Test("A server that knows none of those that it offers is left")
    func noFallback() {
        var talk = greeted(offering: ["AUTH PLAIN"])
        talk.client("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
        talk.server("504 5.5.4 Unrecognized authentication type")
        talk.client("QUIT")
        #expect(talk.session.isClosed == false)
    }

    @Test("Refused credentials end the session as the reply says", arguments: [535, 454] as [UInt16])
    func refused(code: UInt16) {
        var talk = greeted(offering: ["AUTH PLAIN"])
        talk.client("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
        talk.server("\(code) no")
        talk.client("QUIT")
        talk.server("221 bye")
        let reason = CloseReason.authenticationRefused(reply(code, "no"))
        talk.does(.close(reason))
        talk.over()
        #expect(reason.isPermanent == (code == 535))
    }

    @Test("Without a mechanism that we speak nothing is sent", arguments: [[], ["AUTH GSSAPI"]])
    func notOffered(extensions: [String]) {
        var talk = greeted(offering: extensions)
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.authenticationNotOffered))
        talk.over()
    }

    @Test("Credentials never go in the clear unless policy allows it")
    func plaintext() {
        var talk = greeted(offering: ["AUTH PLAIN"], tls: .opportunistic)
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.authenticationNeedsTLS))
        talk.over()
        talk = greeted(offering: ["AUTH PLAIN"], tls: .opportunistic, plaintext: true)
        talk.client("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
    }

    @Test("A server that strips STARTTLS by refusing it gets no credentials")
    func refusedTLS() {
        var talk = greeted(offering: ["STARTTLS", "AUTH PLAIN"], tls: .opportunistic)
        talk.client("STARTTLS")
        talk.server("454 no")
        talk.client("QUIT")
        talk.server("221 bye")
        talk.does(.close(.authenticationNeedsTLS))
        talk.over()
    }

    @Test("A challenge too many is a violation")
    func challenges() {
        var talk = greeted(offering: ["AUTH PLAIN"])
        talk.client("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
        talk.server("334 more")
        talk.does(.close(.protocolViolation(.unexpectedReply(.authenticationContinues))))
        talk.over()
    }
}
