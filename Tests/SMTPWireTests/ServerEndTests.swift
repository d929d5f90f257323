import Testing

@testable import SMTPWire

/// How sessions end, and what they may not take.
struct ServerEndTests {
    @Test("QUIT is answered, and what follows it is for nobody")
    func quit() {
        var talk = ServerTalk.greeted()
        talk.group("QUIT", "MAIL FROM:<a@example.org>")
        talk.replies("221 2.0.0 Goodbye")
        talk.closes(.quit)
    }

    @Test("Too many errors end a session")
    func errors() {
        var talk = ServerTalk.greeted(.limited { $0.errorsMax = 3 })
        for _ in 0..<3 { talk.client("BOGUS") }
        talk.codes(500, 500, 500, 421)
        talk.closes(.errorLimit)
    }

    @Test("Too many commands without a message end a session, and a message begins the count anew")
    func idleCommands() {
        var talk = ServerTalk.greeted(.limited { $0.idleCommandsMax = 3 })
        talk.client("NOOP")
        talk.client("NOOP")
        talk.group("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")
        talk.client(bytes: bytes(".\r\n"))
        for _ in 0..<3 { talk.client("NOOP") }
        talk.staysOpen()
        talk.ignoresReplies()
        talk.client("RSET")
        talk.codes(421)
        talk.closes(.commandLimit)
    }

    @Test("A session takes no more messages than its limit")
    func messages() {
        var talk = ServerTalk.greeted(.limited { $0.messagesMax = 1 })
        talk.group("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")
        talk.client(bytes: bytes(".\r\n"))
        talk.ignoresReplies()
        talk.client("MAIL FROM:<a@example.org>")
        talk.codes(421)
        talk.closes(.serviceRefused)
    }

    @Test("A drain ends a session that rests at once, with 421")
    func drainAtRest() {
        var talk = ServerTalk.greeted()
        talk.event(.draining)
        talk.replies("421 4.3.2 Server is shutting down")
        talk.closes(.draining)
    }

    @Test("A drain lets the message at hand finish, and then ends the session")
    func drainWithinMessage() {
        var talk = ServerTalk.inContent()
        talk.event(.draining)
        talk.replies()
        talk.client(bytes: bytes("x\r\n.\r\n"))
        talk.codes(250, 421)
        talk.closes(.draining)
        #expect(talk.taken.count == 1)
    }

    @Test("A message that is being decided when the drain begins is answered before the end")
    func drainWhileDeciding() {
        var talk = ServerTalk.inContent()
        talk.holdsMessages = true
        talk.client(bytes: bytes("x\r\n.\r\n"))
        talk.event(.draining)
        talk.staysOpen()
        talk.event(.answered(.accepted(Reply(.completed, .success, "Kept"))))
        talk.codes(250, 421)
        talk.closes(.draining)
    }

    @Test("What takes too long ends with 421, within TLS' handshake without a word")
    func timeouts() {
        var idle = ServerTalk.greeted()
        idle.event(.timedOut)
        idle.codes(421)
        idle.closes(.timedOut)
        var handshake = ServerTalk.greeted(.submission)
        handshake.client("STARTTLS")
        handshake.ignoresReplies()
        handshake.event(.timedOut)
        handshake.replies()
        handshake.closes(.timedOut)
    }

    @Test("A reply of 421 to a question ends the session")
    func serviceRefused() {
        var talk = ServerTalk.inContent()
        talk.holdsMessages = true
        talk.client(bytes: bytes("x\r\n.\r\n"))
        talk.event(.answered(.refused(Reply(.serviceNotAvailable, .systemFailureForNow, "Later"))))
        talk.codes(421)
        talk.closes(.serviceRefused)
    }

    @Test("No text of a reply can end it or begin another")
    func replyInjection() {
        var output: [UInt8] = []
        Reply(code: .completed, status: .success, lines: ["a\r\n250 b\u{0}ü", String(repeating: "x", count: 2000)])
            .append(to: &output)
        let lines = String(decoding: output, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.count == 3)
        #expect(lines[0] == "250-2.0.0 a??250 b???")
        #expect(lines[1].utf8.count == SMTPLimits.replyLineOctetsMax - 2)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
