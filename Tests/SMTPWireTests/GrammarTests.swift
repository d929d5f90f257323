import SMTPWire
import Testing

struct GrammarTests {
    @Test(
        "Mailboxes of RFC 5321 are taken",
        arguments: [
            "a@example.org", "first.last+tag=x@mail.example.org", "\"quoted @ string\"@example.org",
            "\"a\\\"b\\\\\"@example.org", "postmaster@[192.0.2.1]", "a@[IPv6:2001:db8::1]",
            "!#$%&'*/=?^_`{|}~-@x.example",
            "a..b@example.org", "a@localhost",
        ])
    func mailboxes(text: String) {
        #expect(Mailbox(text)?.text == text)
        #expect(Mailbox(text)?.isInternational == false)
    }

    @Test("Non-ASCII letters are taken and noticed", arguments: ["jörg@example.org", "a@exämple.org"])
    func international(text: String) {
        #expect(Mailbox(text)?.isInternational == true)
    }

    @Test(
        "Nothing passes that could end a command or add to it",
        arguments: [
            "", "a", "@", "a@", "@example.org", "a@b@example.org", "a b@example.org", "a@example.org>",
            "<a@example.org",
            "a@example.org\r\nRSET", "a\n@example.org", "a@example.org SIZE=1", "a\u{0}@example.org",
            "\"a\"b@example.org",
            "\"a@example.org", "\"a\r\n\"@example.org", "a@[192.0.2.1", "a@[a]b]", "a@[]", "a@-x.example",
            "a@x-.example",
            "a@x..example", "a@x.example.", "a@under_score.example", "a\u{7F}@example.org",
        ])
    func refused(text: String) {
        #expect(Mailbox(text) == nil)
    }

    @Test("A mailbox fits a path of 256 octets, and a label has at most 63")
    func lengths() {
        let domain = "@example.org"
        let local = String(repeating: "x", count: SMTPLimits.mailboxOctetsMax - domain.utf8.count)
        #expect(Mailbox(local + domain) != nil)
        #expect(Mailbox(local + "x" + domain) == nil)
        #expect(Mailbox("a@" + String(repeating: "x", count: 64) + ".example") == nil)
    }

    @Test("EHLO takes a domain or an address literal, in ASCII")
    func heloNames() {
        #expect(HeloName("mail.example.org") != nil)
        #expect(HeloName("[192.0.2.1]") != nil)
        for wrong in ["", "a b", "mail.example.org\r\nQUIT", "exämple.org", "a..b"] { #expect(HeloName(wrong) == nil) }
    }

    @Test("A transaction has one to a hundred recipients")
    func recipients() {
        let one = mailbox("b@example.net")
        func transaction(_ count: Int) -> Transaction? {
            Transaction(sender: nil, recipients: Array(repeating: one, count: count), contentOctets: 0)
        }
        #expect(transaction(0) == nil)
        #expect(transaction(SMTPLimits.recipientsPerTransactionMax) != nil)
        #expect(transaction(SMTPLimits.recipientsPerTransactionMax + 1) == nil)
    }

    @Test("Credentials refuse NUL, nothing and too much, and never show themselves")
    func credentials() {
        #expect(Credentials(user: "", password: "x") == nil)
        #expect(Credentials(user: "a\u{0}b", password: "x") == nil)
        #expect(Credentials(user: "a", password: String(repeating: "x", count: 4097)) == nil)
        let configuration = ClientConfiguration.configured(
            tls: .required, credentials: Credentials(user: "u1", password: "p1"))
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("u1") && !"\(configuration)".contains("p1"))
        #expect(dumped.contains("(credentials)"))
    }
}
