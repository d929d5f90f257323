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
            "v=spf1 redirect=a redirect=b", "v=spf1 \u{1}", "v=spf2 -all", "v=spf10 -all", "spf1", "",
        ])
    func malformed(_ text: String) { #expect(SPFRecord(Array(text.utf8)) == nil) }
}
