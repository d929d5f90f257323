import Testing

@testable import SMTPWire

/// Addresses and parameters in MAIL and RCPT: nothing but the grammar, so that nothing else can be said with them.
struct ServerPathTests {
    @Test(
        "Paths that RFC 5321 writes are taken",
        arguments: [
            "<a@example.net>", "<@x.example,@y.example:a@example.net>", "<\"a b\"@example.net>",
            "<\"a>b\"@example.net>", "<\"a\\\"b\"@example.net>", "<a@[192.0.2.1]>", "<a@[IPv6:2001:db8::1]>",
            "<a.b+c=d/e@sub.example.net>", "<@[192.0.2.1]:a@example.net>",
        ])
    func good(path: String) {
        var talk = ServerTalk.greeted()
        talk.client("MAIL FROM:\(path)")
        talk.client("RCPT TO:\(path)")
        talk.codes(250, 250)
    }

    @Test("A source route is dropped")
    func sourceRoute() {
        var talk = ServerTalk.greeted()
        talk.group("MAIL FROM:<>", "RCPT TO:<@x.example,@y.example:a@example.net>", "DATA")
        talk.client(bytes: bytes(".\r\n"))
        #expect(talk.taken.first?.recipients.first?.mailbox == mailbox("a@example.net"))
    }

    @Test(
        "Everything else is refused",
        arguments: [
            "a@example.net", "<a@example.net", "a@example.net>", "\t<a@example.net>", "<a>", "<@example.net>", "<a@>",
            "<a@example.net>x", "<a@example.net>  SIZE=1", "<a b@example.net>", "<a@exa mple.net>",
            "<a..b@example.net>",
            "<.a@example.net>", "<a.@example.net>", "<a@-x.example>", "<a@x..example>", "<a@x.example.>",
            "<a@[192.0.2.256]>", "<a@[x:y]>", "<a@[IPv6:1::2::3]>", "<\"a@example.net>", "<a@b@example.net>",
            "<<a@example.net>>", "<a@example.net>\u{0}", "<a\u{0}@example.net>", "<a\u{7F}@example.net>",
            "<a@example.net> SIZE", "<a@example.net> SIZE=x", "<a@example.net> SIZE=-1",
            "<a@example.net> SIZE=1 SIZE=1",
            "<a@example.net> BODY=BINARYMIME", "<a@example.net> BODY=", "<a@example.net> X", "<a@example.net> =1",
            "<a@example.net> ENVID=+zz", "<a@example.net> ENVID=a+0D+0Ab", "<a@example.net> RET=ALL",
            "<a@example.net> SMTPUTF8=1", "<a@example.net> AUTH", "<a@example.net> NOTIFY=NEVER", "Postmaster",
            "<local@\(String(repeating: "a", count: 64)).example>",
            "<\(String(repeating: "a", count: 65))@example.net>",
            "<a@\(Array(repeating: String(repeating: "a", count: 60), count: 5).joined(separator: "."))>",
        ])
    func bad(path: String) {
        var talk = ServerTalk.greeted()
        talk.client("MAIL FROM:\(path)")
        talk.client("RCPT TO:<b@example.net>")
        #expect(!talk.said("250"), "taken")
        talk.staysOpen()
    }

    @Test(
        "Parameters of RCPT are held to their form",
        arguments: [
            "NOTIFY=NEVER,SUCCESS", "NOTIFY=SOON", "NOTIFY=", "NOTIFY=SUCCESS,", "ORCPT=a@example.net",
            "ORCPT=rfc822;", "ORCPT=rfc822;a+0D+0Ab", "ORCPT=rfc822;+FF", "ORCPT=;a", "ORCPT=rfc822;a+g0", "SIZE=1",
        ])
    func badRecipientParameters(parameter: String) {
        var talk = ServerTalk.greeted()
        talk.client("MAIL FROM:<a@example.org>")
        talk.ignoresReplies()
        talk.client("RCPT TO:<b@example.net> \(parameter)")
        #expect(!talk.said("250"))
    }

    @Test("After HELO there are no parameters")
    func parametersAfterHELO() {
        var talk = ServerTalk()
        talk.client("HELO client.example")
        talk.ignoresReplies()
        talk.client("MAIL FROM:<a@example.org> SIZE=1")
        talk.codes(555)
    }

    @Test("Letters that are shown as nothing, or end a line elsewhere, are no part of an address")
    func invisibleLetters() {
        for letter in ["\u{2028}", "\u{85}", "\u{A0}", "\u{200B}", "\u{202E}"] {
            #expect(Mailbox(strict: bytes("a\(letter)b@example.net")[...]) == nil)
        }
        #expect(Mailbox(strict: [0x61, 0xFF, 0x40] + bytes("example.net")) == nil)
    }
}
