import Testing

@testable import SMTPWire

struct ServerAuthenticationTests {
    @Test("PLAIN with an initial response")
    func plainAtOnce() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client("AUTH PLAIN AHVzZXIAc2VjcmV0")
        talk.replies("235 2.7.0 Welcome")
        #expect(talk.session.isAuthenticated)
    }

    @Test("PLAIN that waits for the challenge")
    func plainAfterChallenge() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client("auth plain")
        talk.replies("334 ")
        talk.client("AHVzZXIAc2VjcmV0")
        talk.replies("235 2.7.0 Welcome")
    }

    @Test("LOGIN, with and without the name in the first line")
    func login() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client("AUTH LOGIN")
        talk.replies("334 VXNlcm5hbWU6")
        talk.client("dXNlcg==")
        talk.replies("334 UGFzc3dvcmQ6")
        talk.client("c2VjcmV0")
        talk.replies("235 2.7.0 Welcome")
        var short = ServerTalk.greeted(.submission, isSecure: true)
        short.client("AUTH LOGIN dXNlcg==")
        short.replies("334 UGFzc3dvcmQ6")
        short.client("c2VjcmV0")
        short.codes(235)
    }

    @Test("A star cancels, and the session goes on")
    func cancel() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client("AUTH LOGIN")
        talk.client("*")
        talk.codes(334, 501)
        talk.client("NOOP")
        talk.codes(250)
        #expect(!talk.session.isAuthenticated)
    }

    @Test("Before TLS it is neither offered nor taken, and nor is mail")
    func needsTLS() {
        var talk = ServerTalk(.submission)
        talk.client("EHLO client.example")
        #expect(talk.said("STARTTLS"))
        #expect(!talk.said("AUTH"))
        talk.ignoresReplies()
        talk.client("AUTH PLAIN AHVzZXIAc2VjcmV0")
        talk.replies("530 5.7.0 Must issue a STARTTLS command first")
        talk.client("MAIL FROM:<a@example.org>")
        talk.codes(530)
    }

    @Test("Mail needs it")
    func mailNeedsIt() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client("MAIL FROM:<a@example.org>")
        talk.replies("530 5.7.0 Authentication required")
    }

    @Test("A trusted client needs neither it nor TLS")
    func trusted() {
        var talk = ServerTalk.greeted(.submission, isTrusted: true)
        talk.client("MAIL FROM:<a@example.org>")
        talk.codes(250)
    }

    @Test(
        "What is no response is refused",
        arguments: [
            "AUTH PLAIN !!!", "AUTH PLAIN AHVzZXI", "AUTH PLAIN =", "AUTH PLAIN dXNlcg==",
            "AUTH PLAIN b3RoZXIAdXNlcgBz",
            "AUTH PLAIN AHVzZXIA",
        ])
    func noResponse(line: String) {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client(line)
        talk.codes(501)
        talk.staysOpen()
    }

    @Test(
        "Other mechanisms, and none, are refused",
        arguments: [("AUTH CRAM-MD5", 504), ("AUTH", 501), ("AUTH PLAIN a b", 501)])
    func otherMechanisms(line: String, code: Int) {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client(line)
        talk.codes(code)
    }

    @Test("Once is enough, and not within a transaction")
    func notTwice() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client("AUTH PLAIN AHVzZXIAc2VjcmV0")
        talk.client("AUTH PLAIN AHVzZXIAc2VjcmV0")
        talk.codes(235, 503)
        talk.client("MAIL FROM:<a@example.org>")
        talk.client("AUTH PLAIN AHVzZXIAc2VjcmV0")
        talk.codes(250, 503)
    }

    @Test("After three wrong passwords the session ends")
    func guessing() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client("AUTH PLAIN AHVzZXIAd3Jvbmc=")
        talk.client("AUTH PLAIN AHVzZXIAd3Jvbmcx")
        talk.codes(535, 535)
        talk.client("AUTH PLAIN AHVzZXIAd3Jvbmc=")
        talk.codes(535, 421)
        talk.closes(.errorLimit)
    }

    @Test("A password that is tried by one mechanism after the other is one wrong password")
    func sameAgain() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        for _ in 0..<2 {
            talk.client("AUTH PLAIN AHVzZXIAd3Jvbmc=")
            talk.client("AUTH LOGIN dXNlcg==")
            talk.client("d3Jvbmc=")
            talk.codes(535, 334, 535)
        }
        talk.client("AUTH PLAIN AHVzZXIAd3Jvbmcx")
        talk.codes(535)
        talk.client("AUTH PLAIN AHVzZXIAc2VjcmV0")
        talk.codes(235)
    }

    @Test("Who asks about credentials hears whether the same were refused just before")
    func repeated() {
        var session = ServerTalk.greeted(.submission, isSecure: true).session
        func asked(_ line: String) -> Bool? {
            for case .ask(.credentials(let credentials)) in session.handle(.received(bytes(line + "\r\n"))) {
                _ = session.handle(.answered(.refused(Reply(.credentialsInvalid, .credentialsInvalid, "No"))))
                return credentials.isRepeated
            }
            return nil
        }
        #expect(asked("AUTH PLAIN AHVzZXIAd3Jvbmc=") == false)
        #expect(asked("AUTH PLAIN AHVzZXIAd3Jvbmc=") == true)
        #expect(asked("AUTH PLAIN AHVzZXIAd3Jvbmcx") == false)
    }

    @Test("A line of an exchange may be longer than a command, and has an end too")
    func lineLengths() {
        var talk = ServerTalk.greeted(.submission, isSecure: true)
        talk.client("AUTH LOGIN dXNlcg==")
        talk.client(String(repeating: "YWFh", count: 3000))
        talk.codes(334, 535)
        talk.client("AUTH LOGIN dXNlcg==")
        talk.client(String(repeating: "YWFh", count: 3100))
        talk.codes(334, 500)
        talk.client("NOOP")
        talk.codes(250)
    }

    @Test("Credentials are shown nowhere")
    func secrecy() {
        let credentials = ServerCredentials(mechanism: .plain, user: bytes("user"), password: bytes("secret"))
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect("\(credentials) \(String(reflecting: credentials)) \(dumped)".contains("115") == false)
        #expect(!dumped.contains("password"))
    }
}
