import Testing

@testable import SMTPWire

/// What came ahead of a reply that had to be waited for (RFC 2920 §3.1), and clear text behind STARTTLS.
struct ServerGroupTests {
    @Test(
        "What is sent behind a command that ends a group is not carried out, and ends the session",
        arguments: ["EHLO x.example", "HELO x.example", "NOOP", "VRFY x", "EXPN x"])
    func endOfGroup(command: String) {
        var talk = ServerTalk.greeted()
        talk.group(command, "MAIL FROM:<a@example.org>")
        talk.replies("421 5.5.1 Input ahead of a reply that has to be waited for")
        talk.closes(.inputTooEarly)
    }

    @Test("Content ahead of the reply to DATA is not taken")
    func contentAheadOfReply() {
        var talk = ServerTalk.greeted()
        talk.group("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA", "Subject: x", ".")
        talk.codes(250, 250, 421)
        talk.closes(.inputTooEarly)
        #expect(talk.taken.isEmpty)
    }

    @Test("A client that talks ahead of the greeting is refused")
    func inputAheadOfGreeting() {
        var talk = ServerTalk(greets: false)
        talk.group("EHLO x.example")
        talk.replies()
        talk.event(.opened)
        talk.codes(421)
        talk.closes(.inputTooEarly)
    }

    @Test("A password ahead of its challenge is not looked at")
    func passwordAheadOfChallenge() {
        var talk = ServerTalk.greeted(.submissionInClear)
        talk.group("AUTH LOGIN", "dXNlcg==", "c2VjcmV0")
        talk.codes(421)
        talk.closes(.inputTooEarly)
    }

    @Test("The envelope of the next message may follow the content of this one")
    func nextEnvelope() {
        var talk = ServerTalk.inContent()
        talk.group("x", ".", "MAIL FROM:<c@example.org>", "RCPT TO:<d@example.net>", "DATA")
        talk.codes(250, 250, 250, 354)
        #expect(talk.session.phase == .content)
    }

    @Test("Commands behind STARTTLS in one segment are never carried out")
    func injectionInOneSegment() {
        var talk = ServerTalk.greeted(.submission)
        talk.group("STARTTLS", "RSET")
        talk.codes(421)
        talk.closes(.inputTooEarly)
        #expect(!talk.startsTLS)
    }

    @Test("Clear text behind the reply to STARTTLS ends the session without an answer")
    func injectionBehindReply() {
        var talk = ServerTalk.greeted(.submission)
        talk.client("STARTTLS")
        talk.replies("220 2.0.0 Ready to start TLS")
        #expect(talk.startsTLS)
        talk.group("EHLO x.example")
        talk.replies()
        talk.closes(.inputTooEarly)
    }

    @Test("After STARTTLS nothing that was said before is known")
    func freshAfterTLS() {
        var talk = ServerTalk.greeted(.submission)
        talk.client("STARTTLS")
        talk.event(.tlsEstablished)
        talk.ignoresReplies()
        talk.client("MAIL FROM:<a@example.org>")
        talk.codes(503)
        talk.client("EHLO client.example")
        talk.replies(
            "250-mail.example", "250-PIPELINING", "250-SIZE 26214400", "250-AUTH PLAIN LOGIN",
            "250-ENHANCEDSTATUSCODES", "250-8BITMIME", "250-SMTPUTF8", "250-CHUNKING", "250 DSN")
    }

    @Test("STARTTLS is neither offered nor taken inside TLS")
    func onceOnly() {
        var talk = ServerTalk(.submission, isSecure: true)
        talk.client("EHLO client.example")
        #expect(!talk.said("STARTTLS"))
        talk.ignoresReplies()
        talk.client("STARTTLS")
        talk.codes(503)
    }
}
