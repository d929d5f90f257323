import SMTPWire
import Testing

struct ClientTimeoutTests {
    @Test("The standard timeouts are those of RFC 5321 §4.5.3.2")
    func standard() {
        let timeouts = ClientTimeouts()
        let minutes: [(ClientPhase, Int)] = [
            (.greeting, 5), (.mail, 5), (.recipient, 5), (.dataInitiation, 2), (.dataBlock, 3), (.dataTermination, 10),
        ]
        for (phase, minutes) in minutes { #expect(timeouts[phase] == .seconds(60 * minutes)) }
    }

    @Test("A factor scales all, an override replaces one")
    func scaled() {
        let timeouts = ClientTimeouts(factor: 0.5, overrides: [.mail: .seconds(7)])
        #expect(timeouts[.greeting] == .seconds(150))
        #expect(timeouts[.mail] == .seconds(7))
    }

    @Test("The session tells the timeout of what it waits for")
    func phases() {
        var talk = Talk()
        #expect(talk.session.timeout == .seconds(300))
        talk = Talk.idle()
        #expect(talk.session.timeout == .seconds(30))
        talk.event(.begin(letter(to: "b@example.net")))
        #expect(talk.session.phase == .mail)
        talk.server("250 ok")
        #expect(talk.session.phase == .recipient)
        talk.server("250 ok")
        #expect(talk.session.timeout == .seconds(120))
        talk.server("354 go ahead")
        #expect(talk.session.timeout == .seconds(180))
        talk.event(.content([], isLast: true))
        #expect(talk.session.timeout == .seconds(600))
    }

    @Test("The timer begins anew with each reply and each piece of content, never with part of a reply")
    func restarts() {
        var session = Talk.inContent().session
        let first = session.waitNumber
        _ = session.handle(.content(bytes("a"), isLast: false))
        let second = session.waitNumber
        #expect(second != first)
        _ = session.handle(.content(bytes("\r\n"), isLast: true))
        let third = session.waitNumber
        #expect(third != second)
        _ = session.handle(.received(bytes("250-slow\r\n250 slo")))
        #expect(session.waitNumber == third)
        _ = session.handle(.received(bytes("w\r\n")))
        #expect(session.waitNumber != third)
    }
}
