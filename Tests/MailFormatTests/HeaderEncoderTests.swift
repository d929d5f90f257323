import Base
import Foundation
import Testing

@testable import MailFormat

@Suite("Header fields")
struct HeaderEncoderTests {
    private func lines(_ field: [UInt8]) -> [String] {
        String(decoding: field, as: UTF8.self).components(separatedBy: "\r\n")
    }

    @Test("Short ASCII text stands as it is")
    func plain() {
        #expect(
            HeaderEncoder.unstructured("Subject", "Your order has shipped")
                == Array("Subject: Your order has shipped\r\n".utf8))
        #expect(HeaderEncoder.unstructured("Subject", "") == Array("Subject:\r\n".utf8))
    }

    @Test("Long ASCII text is folded at its spaces and keeps them")
    func folding() {
        let text = (1...60).map { "word\($0)" }.joined(separator: " ")
        let field = HeaderEncoder.unstructured("Subject", text)
        #expect(lines(field).allSatisfy { $0.utf8.count <= 78 })
        #expect(lines(field).count > 3)
        #expect(HeaderDecoder.value(field) == text)
    }

    @Test("Mostly ASCII text takes Q, other scripts take B, and words without need stay plain")
    func encodings() {
        #expect(
            String(decoding: HeaderEncoder.unstructured("Subject", "with Jürgen at noon"), as: UTF8.self)
                == "Subject: with =?UTF-8?Q?J=C3=BCrgen?= at noon\r\n")
        #expect(
            String(decoding: HeaderEncoder.unstructured("Subject", "Привет"), as: UTF8.self)
                == "Subject: =?UTF-8?B?0J/RgNC40LLQtdGC?=\r\n")
    }

    @Test("No encoded word splits a character, and each keeps to 75 octets on lines of 76")
    func wordLimits() throws {
        let text = String(repeating: "👩‍👩‍👧‍👦é漢", count: 40)
        let field = HeaderEncoder.unstructured("X-A-Rather-Long-Field-Name", text)
        for line in lines(field).dropLast() {
            #expect(line.utf8.count <= 76)
            let word = try #require(line.split(separator: " ").last)
            #expect(word.utf8.count <= 75)
            #expect(!HeaderDecoder.decoded(String(word)).unicodeScalars.contains("\u{FFFD}"))
        }
        #expect(HeaderDecoder.value(field) == text)
    }

    @Test("Text that looks like an encoded word comes back as it was")
    func lookalike() {
        let text = "see =?UTF-8?Q?this?= now"
        #expect(HeaderDecoder.value(HeaderEncoder.unstructured("Subject", text)) == text)
    }

    @Test(
        "Line ends in free text become spaces: no field begins inside another",
        arguments: ["\r\n", "\n", "\r", "\u{2028}", "\0"])
    func injection(lineEnd: String) {
        let field = HeaderEncoder.unstructured("Subject", "a\(lineEnd)Bcc: x@example.com")
        #expect(lines(field).count == 2)
        #expect(HeaderDecoder.value(field).hasPrefix("a "))
    }

    @Test("Random text comes back whole from every encoding, in lines of at most 998")
    func roundTrip() {
        let random = SeededRandom(seed: 5)
        let alphabet: [Character] = Array("abc dé=?_ 漢字\u{301}👩‍👩‍👧 \"\\<>,.ßя  -")
        for _ in 0..<3000 {
            let count = Int(random.next() % 200)
            let text = String((0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] })
            let field = HeaderEncoder.unstructured("Subject", text)
            let trimmed = text.trimmingCharacters(in: .init(charactersIn: " "))
            #expect(HeaderDecoder.value(field) == trimmed)
            #expect(field.allSatisfy { $0 < 0x80 })
            #expect(lines(field).allSatisfy { $0.utf8.count <= 998 })
            // RFC 5322 §2.2.3: no line of white space only.
            #expect(lines(field).dropLast().allSatisfy { !$0.trimmingCharacters(in: .whitespaces).isEmpty })
        }
    }

    @Test("A word longer than any line is encoded rather than broken")
    func longWord() {
        let text = String(repeating: "x", count: 2000)
        let field = HeaderEncoder.unstructured("Subject", text)
        #expect(lines(field).allSatisfy { $0.utf8.count <= 76 })
        #expect(HeaderDecoder.value(field) == text)
    }

    @Test(
        "A display name is atoms, a quoted string or encoded words, as it needs",
        arguments: [
            ("Joe Doe", "Joe Doe <j@b.example>"), ("Doe, Joe", "\"Doe, Joe\" <j@b.example>"),
            ("J \"X\" \\", "\"J \\\"X\\\" \\\\\" <j@b.example>"), ("Jürgen", "=?UTF-8?Q?J=C3=BCrgen?= <j@b.example>"),
            ("a  b", "=?UTF-8?Q?a__b?= <j@b.example>"), ("=?x", "=?UTF-8?B?PT94?= <j@b.example>"),
        ])
    func phrases(name: String, written: String) throws {
        let mailbox = try Mailbox(displayName: name, address: EmailAddress(parsing: "j@b.example"))
        #expect(HeaderEncoder.addresses("From", [mailbox]) == Array("From: \(written)\r\n".utf8))
    }

    @Test("A long list is folded between its members")
    func addressList() throws {
        let mailboxes = try (0..<50).map { try Mailbox(parsing: "Recipient Number \($0) <r\($0)@example.com>") }
        let field = HeaderEncoder.addresses("To", mailboxes)
        #expect(lines(field).allSatisfy { $0.utf8.count <= 78 })
        let text = String(decoding: field, as: UTF8.self).replacing("\r\n", with: "").dropFirst(4)
        #expect(try text.split(separator: ", ").map { try Mailbox(parsing: String($0)) } == mailboxes)
    }

    @Test(
        "Bad names and values are refused",
        arguments: [
            ("", "x", MailFormatError.invalidHeaderName), ("X Y", "x", .invalidHeaderName),
            ("X:", "x", .invalidHeaderName),
            ("Ü", "x", .invalidHeaderName), ("X\r\nY", "x", .invalidHeaderName),
            ("X", "a\r\nb", .controlCharacterInHeader),
            ("X", "a\nb", .controlCharacterInHeader), ("X", "a\0", .controlCharacterInHeader),
            ("X", "a\u{85}b", .controlCharacterInHeader),
            ("X", String(repeating: "v", count: 16_385), .headerValueTooLong),
        ])
    func refused(name: String, value: String, error: MailFormatError) {
        #expect(throws: error) { try HeaderField(name: name, value: value) }
    }

    @Test("Fields of the message itself and of its servers are reserved in any case of letters")
    func reserved() {
        for name in ["from", "TO", "Bcc", "Content-Type", "content-anything", "DKIM-Signature", "Received", "ARC-Seal"]
        {
            #expect(HeaderField.isReserved(name))
        }
        for name in ["X-Tag", "List-Unsubscribe", "In-Reply-To", "References", "Precedence"] {
            #expect(!HeaderField.isReserved(name))
        }
    }

    @Test("A file name is quoted where ASCII can hold it, and RFC 2231 carries the others in numbered pieces")
    func parameters() {
        func written(_ value: String) -> String {
            var writer = FieldWriter(name: "Content-Disposition")
            writer.append("attachment")
            MIMEParameter.append("filename", value, to: &writer)
            return String(decoding: writer.finish(), as: UTF8.self)
        }
        #expect(written("a b.txt") == "Content-Disposition: attachment; filename=\"a b.txt\"\r\n")
        #expect(written("a\"b\\.txt") == "Content-Disposition: attachment; filename=\"a\\\"b\\\\.txt\"\r\n")
        #expect(written("é.txt") == "Content-Disposition: attachment; filename*=UTF-8''%C3%A9.txt\r\n")
        let long = written(String(repeating: "漢", count: 20))
        #expect(long.contains("filename*0*=UTF-8''%E6%BC%A2"))
        #expect(long.contains(";\r\n filename*1*=%E6%BC%A2"))
        #expect(long.components(separatedBy: "%E6%BC%A2").count == 21)
    }

    @Test("A date is written as RFC 5322 has it")
    func date() {
        #expect(Instant(seconds: 1_782_894_600).rfc5322Date == "Wed, 01 Jul 2026 08:30:00 +0000")
        #expect(Instant(seconds: 0).rfc5322Date == "Thu, 01 Jan 1970 00:00:00 +0000")
    }
}
