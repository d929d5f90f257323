import Base
import MailFormat
import Testing

@Suite("Email addresses")
struct EmailAddressTests {
    @Test(
        "An address keeps its text, and its domain is told in lower case and ASCII",
        arguments: [
            ("Joe.Doe@Example.COM", "Joe.Doe", "example.com"),
            ("user+tag@sub.example.com", "user+tag", "sub.example.com"),
            ("\"with space\"@example.com", "\"with space\"", "example.com"),
            ("\"a@b\\\"c\"@example.com", "\"a@b\\\"c\"", "example.com"),
            ("x@localhost", "x", "localhost"),
            ("x@[127.0.0.1]", "x", "[127.0.0.1]"),
            ("x@[IPv6:2001:DB8::1]", "x", "[ipv6:2001:db8::1]"),
            ("info@MÜNCHEN.example", "info", "xn--mnchen-3ya.example"),
            ("用户@例え.jp", "用户", "xn--r8jz45g.jp"),
        ])
    func accepted(text: String, localPart: String, domain: String) throws {
        let address = try EmailAddress(parsing: text)
        #expect(address.text == text)
        #expect(address.localPart == localPart)
        #expect(address.domain == domain)
        #expect(address.wireText == localPart + "@" + domain)
    }

    @Test(
        "Each mistake has its error",
        arguments: [
            ("", AddressError.missingAtSign), ("joe", .missingAtSign), ("@example.com", .missingLocalPart),
            ("joe@", .missingDomain), (".joe@example.com", .misplacedDot), ("joe.@example.com", .misplacedDot),
            ("j..oe@example.com", .misplacedDot), ("joe@example..com", .misplacedDot),
            ("joe@example.com.", .misplacedDot), ("joe@-example.com", .misplacedHyphen),
            ("joe@example-.com", .misplacedHyphen), ("joe doe@example.com", .invalidCharacter),
            ("joe@exam_ple.com", .invalidCharacter), ("joe@a@b.com", .invalidCharacter),
            ("(c)joe@example.com", .invalidCharacter), ("joe\r\n@example.com", .invalidCharacter),
            ("joe@example.com\n", .invalidCharacter), ("joe\u{0}@example.com", .invalidCharacter),
            ("joe\u{85}@example.com", .invalidCharacter), ("joe\u{2028}@example.com", .invalidCharacter),
            ("joe\u{A0}doe@example.com", .invalidCharacter), ("\"joe@example.com", .malformedQuotedString),
            ("\"joe\"x@example.com", .malformedQuotedString), ("\"joe\\\"@example.com", .malformedQuotedString),
            ("\"joe\"", .missingAtSign), ("joe@[1.2.3]", .malformedAddressLiteral),
            ("joe@[1.2.3.256]", .malformedAddressLiteral), ("joe@[IPv6:1::2::3]", .malformedAddressLiteral),
            ("joe@[", .malformedAddressLiteral), ("joe@[]", .malformedAddressLiteral),
            ("joe@[x:abc]", .malformedAddressLiteral), ("joe@ab--ü.com", .misplacedHyphen),
            ("joe@\u{301}a.com", .invalidCharacter), ("joe@ａ.com", .invalidCharacter), ("joe@☃.com", .invalidCharacter),
        ])
    func refused(text: String, error: AddressError) {
        #expect(throws: error) { try EmailAddress(parsing: text) }
    }

    @Test("Each length is accepted up to its limit and refused beyond it")
    func lengths() throws {
        let local = String(repeating: "a", count: 64)
        let label = String(repeating: "b", count: 63)
        #expect(throws: Never.self) { try EmailAddress(parsing: "\(local)@\(label).com") }
        #expect(throws: AddressError.localPartTooLong) { try EmailAddress(parsing: "a\(local)@\(label).com") }
        #expect(throws: AddressError.labelTooLong) { try EmailAddress(parsing: "\(local)@b\(label).com") }
        let longest = "a@" + [label, label, label, String(repeating: "c", count: 60)].joined(separator: ".")
        #expect(longest.utf8.count == 254)
        #expect(throws: Never.self) { try EmailAddress(parsing: longest) }
        #expect(throws: AddressError.addressTooLong) { try EmailAddress(parsing: "a" + longest) }
    }

    @Test("A local part of 64 octets, not characters, is the limit")
    func localPartOctets() {
        #expect(throws: Never.self) { try EmailAddress(parsing: String(repeating: "é", count: 32) + "@example.com") }
        #expect(throws: AddressError.localPartTooLong) {
            try EmailAddress(parsing: String(repeating: "é", count: 33) + "@example.com")
        }
    }

    @Test("Addresses are equal where domains differ in case or form only")
    func equality() throws {
        #expect(try EmailAddress(parsing: "a@MÜNCHEN.example") == EmailAddress(parsing: "a@xn--mnchen-3ya.EXAMPLE"))
        #expect(try EmailAddress(parsing: "A@b.example") != EmailAddress(parsing: "a@b.example"))
    }

    @Test("Only a local part outside ASCII needs SMTPUTF8")
    func smtpUTF8() throws {
        #expect(try EmailAddress(parsing: "用户@example.com").requiresSMTPUTF8)
        #expect(try !EmailAddress(parsing: "user@例え.jp").requiresSMTPUTF8)
    }

    @Test(
        "Labels in other scripts become A-labels: samples of RFC 3492 §7.1, and a common one",
        arguments: [
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"), ("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
            ("bücher", "xn--bcher-kva"), ("ひとつ屋根の下2", "xn--2-u9tlzr9756bt3uc0v"),
        ])
    func punycode(label: String, aLabel: String) throws {
        #expect(try DomainName(parsing: label).text == aLabel)
    }

    @Test("A name is within itself and those above it, by whole labels")
    func within() throws {
        let parent = try DomainName(parsing: "b.example")
        #expect(try DomainName(parsing: "a.B.example").isWithin(parent))
        #expect(parent.isWithin(parent))
        #expect(try !DomainName(parsing: "ab.example").isWithin(parent))
    }
}
