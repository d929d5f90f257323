import MailFormat
import Testing

@Suite("SPF records")
struct SPFRecordTests {
    @Test(
        "A record that includes us lets our mail pass",
        arguments: [
            "v=spf1 include:spf.relay.example ~all", "V=SPF1 +INCLUDE:SPF.relay.example. -all",
            "v=spf1 ip4:192.0.2.0/24 a mx include:other.example include:spf.relay.example",
            "v=spf1 redirect=spf.relay.example", "v=spf1  include:spf.relay.example   exp=why.example -all",
        ])
    func including(_ text: String) throws {
        #expect(try #require(SPFRecord(Array(text.utf8))).includes("spf.relay.example"))
    }

    @Test(
        "A record that does not include us, or only to refuse us, or too late, does not",
        arguments: [
            "v=spf1 -all", "v=spf1", "v=spf1 include:relay.example -all", "v=spf1 -include:spf.relay.example -all",
            "v=spf1 ~include:spf.relay.example", "v=spf1 ?include:spf.relay.example",
            "v=spf1 -all include:spf.relay.example",
            "v=spf1 ~all redirect=spf.relay.example", "v=spf1 a:spf.relay.example -all",
            "v=spf1 include:%{d}.spf.relay.example", "v=spf1 include:evil-spf.relay.example",
        ])
    func excluding(_ text: String) throws {
        #expect(try !#require(SPFRecord(Array(text.utf8))).includes("spf.relay.example"))
    }

    @Test(
        "A record that cannot be evaluated is none",
        arguments: [
            "v=spf1 include", "v=spf1 include:", "v=spf1 includes:spf.relay.example", "v=spf1 all:x", "v=spf1 ip4",
            "v=spf1 redirect=a.example redirect=b.example", "v=spf1 exp=a.example exp=b.example",
            "v=spf1 ip4:192.0.2.256", "v=spf1 ip4:192.0.2.0/33", "v=spf1 ip4:192.0.2.0/", "v=spf1 ip4:2001:db8::",
            "v=spf1 ip6:192.0.2.0", "v=spf1 ip6:2001:db8::/129", "v=spf1 a:", "v=spf1 a/33", "v=spf1 mx//129",
            "v=spf1 a:exa%mple.com", "v=spf1 include:example", "v=spf1 include:a..example", "v=spf1 exists",
            "v=spf1 include:%{x}.example", "v=spf1 redirect=", "v=spf1 ptr:", "v=spf1 all;", "v=spf1, -all",
            "v=spf1 include:example.com,-all", "v=spf1 -al", "v=spf1 ipv4:192.0.2.1", "v=spf1 \u{1}", "v=spf2 -all",
            "v=spf10 -all", "spf1", "",
        ])
    func malformed(_ text: String) { #expect(SPFRecord(Array(text.utf8)) == nil) }

    @Test(
        "What receivers can evaluate is a record, and its look-ups are counted",
        arguments: [
            ("v=spf1 -all", 0), ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip4:192.0.2.1 ~all", 0),
            ("v=spf1 a mx ptr a:mail.example.com/28 mx:example.com//64 a/24//96 -all", 6),
            (
                "v=spf1 include:a.example ?include:_spf.b-c.example exists:%{ir}.%{l1r+-}._spf.%{d} redirect=d.example",
                4
            ),
            ("v=spf1 exp=explain.%{d2} moo=cow:%{s} include:a.example. ~all", 1), ("V=SPF1 A MX", 2),
        ])
    func lookups(_ text: String, count: Int) throws {
        #expect(try #require(SPFRecord(Array(text.utf8))).lookups == count)
    }
}
