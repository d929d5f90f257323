import DNSWire
import Testing

@Suite("Names")
struct DNSNameTests {
    @Test("Letters compare without case, everything else as it is")
    func cases() throws {
        #expect(try #require(DNSName("Mail.EXAMPLE.com.")) == #require(DNSName("mail.example.com")))
        #expect(try #require(DNSName("_dmarc.example")).wire == [6] + "_dmarc".utf8 + [7] + "example".utf8 + [0])
        #expect(DNSName("a.example") != DNSName("b.example"))
    }

    @Test("A label has at most 63 bytes, a name 255 on the wire")
    func lengths() {
        let label = String(repeating: "a", count: 63)
        #expect(DNSName("\(label).example") != nil)
        #expect(DNSName("a\(label).example") == nil)
        let long = [label, label, label].joined(separator: ".")
        #expect(DNSName("\(long).\(String(repeating: "b", count: 61))") != nil)
        #expect(DNSName("\(long).\(String(repeating: "b", count: 62))") == nil)
    }

    @Test("Empty labels are refused", arguments: ["a..b", ".a", "a.."])
    func emptyLabels(_ text: String) { #expect(DNSName(text) == nil) }

    @Test("The root is a dot or nothing")
    func root() {
        #expect(DNSName("") == .root)
        #expect(DNSName(".") == .root)
        #expect(DNSName.root.text == ".")
    }

    @Test("Bytes that would mislead a reader are escaped in the text")
    func escapes() throws {
        #expect(try #require(DNSName("a\u{1}b \\.c")).text == "a\\001b\\032\\\\.c")
    }
}
