import Base
import MailFormat
import Testing

@Suite("Received messages")
struct ReceivedMailTests {
    private func bytes(_ lines: String...) -> [UInt8] { lines.flatMap { Array("\($0)\r\n".utf8) } }

    // MARK: Headers

    @Test("Fields are found with their folded lines, and the body behind the empty line")
    func fields() throws {
        let message = bytes("From: a@example.org", "Subject: one", "\ttwo", " three", "X-Empty:", "", "body")
        let header = try HeaderBlock(parsing: message)
        #expect(header.fields.map(\.name) == ["from", "subject", "x-empty"])
        #expect(header.text(of: "subject") == "one\ttwo three")
        #expect(header.text(of: "x-empty") == "")
        #expect(Array(message[header.bodyStart...]) == bytes("body"))
        #expect(Array(message[header.fields[1].range]) == bytes("Subject: one", "\ttwo", " three"))
    }

    @Test(
        "What does not begin with a header is no message", arguments: ["body only", "No colon\r\n\r\n", ": x", " x: y"])
    func noHeader(text: String) {
        #expect(throws: MailFormatError.malformedHeader) { try HeaderBlock(parsing: bytes(text)) }
    }

    @Test("A header without a body, and an empty one, are read")
    func headerAlone() throws {
        #expect(try HeaderBlock(parsing: bytes("A: b")).bodyStart == 6)
        #expect(try HeaderBlock(parsing: []).fields.isEmpty)
        #expect(try HeaderBlock(parsing: bytes("")).bodyStart == 2)
    }

    @Test(
        "Encoded words are decoded, and nothing that could end a line passes",
        arguments: [
            ("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"), ("=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
            ("=?ISO-8859-1?Q?Gr=FC=DFe?= an =?UTF-8?Q?K=C3=B6ln?=", "Grüße an Köln"),
            ("=?UTF-8?Q?a?= =?UTF-8?Q?b?=", "ab"), ("=?UTF-8?Q?a_b?=", "a b"), ("a =?UTF-8?Q?b?= c", "a b c"),
            ("=?KOI8-R?Q?x?=", "=?KOI8-R?Q?x?="), ("=?UTF-8?X?a?=", "=?UTF-8?X?a?="), ("=?UTF-8?Q?a", "=?UTF-8?Q?a"),
            ("=?UTF-8?Q?a=0D=0AX:_b?=", "a  X: b"), ("plain", "plain"),
        ])
    func encodedWords(text: String, expected: String) {
        #expect(HeaderText.decoded(Array(text.utf8)) == expected)
    }

    @Test(
        "Address lists are read in all their forms",
        arguments: [
            ("a@example.org", ["a@example.org"]), ("a@example.org, b@example.org", ["a@example.org", "b@example.org"]),
            ("A <a@example.org>", ["A|a@example.org"]),
            ("\"Last, First\" <a@example.org>", ["Last, First|a@example.org"]),
            ("=?UTF-8?Q?J=C3=B6rg?= <a@example.org>", ["Jörg|a@example.org"]),
            ("friends: a@example.org, B <b@example.org>;", ["a@example.org", "B|b@example.org"]),
            ("undisclosed-recipients:;", []), ("a@example.org (the one)", ["a@example.org"]),
            ("A (x (y) z) <a@example.org>, ,", ["A|a@example.org"]), ("<@r.example:a@example.org>", ["a@example.org"]),
            ("\"a b\"@example.org", ["\"a b\"@example.org"]), ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
            ("a@[IPv6:2001:db8::1]", ["a@[ipv6:2001:db8::1]"]), ("nobody", []), ("", []),
        ])
    func addresses(text: String, expected: [String]) throws {
        let found = AddressListReader.mailboxes(in: Array(text.utf8)).compactMap { $0 }.map { mailbox in
            mailbox.displayName.map { "\($0)|\(mailbox.address.text)" } ?? mailbox.address.text
        }
        #expect(found.map { $0.lowercased() } == expected.map { $0.lowercased() })
    }

    // MARK: Contents

    @Test("A message without a type is plain text, and its last line end is not part of it")
    func plainText() {
        let content = ReceivedContent(bytes("From: a@b.example", "", "Hello", "you"))
        #expect(content.text == "Hello\nyou")
        #expect(content.html == nil && content.files.isEmpty)
    }

    @Test("Texts, HTML and files are found however deep they lie")
    func parts() throws {
        let content = ReceivedContent(
            bytes(
                "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=\"out;er\"", "", "preamble", "--out;er",
                "Content-Type: multipart/alternative; boundary=inner", "", "--inner", "", "plain", "--inner",
                "Content-Type: text/html; charset=iso-8859-1", "Content-Transfer-Encoding: quoted-printable", "",
                "<p>Gr=FC=DFe=", "</p>", "--inner--", "--out;er",
                "Content-Type: application/pdf", "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment; filename*=UTF-8''%C3%9Cber.pdf", "Content-ID: <x@y>", "", "AQID",
                "--out;er--", "epilogue"))
        #expect(content.text == "plain")
        #expect(content.html == "<p>Grüße</p>")
        let file = try #require(content.files.first)
        #expect(file.name == "Über.pdf" && file.contentType == "application/pdf" && file.contentID == "x@y")
        #expect(file.bytes == [1, 2, 3])
        #expect(content.files.count == 1)
    }

    @Test("Names in sections, a second text, and a text that is a file are files")
    func furtherFiles() {
        let content = ReceivedContent(
            bytes(
                "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "first", "--b", "", "second", "--b",
                "Content-Type: text/plain; name*0=\"long \"; name*1=\"name.txt\"", "", "third", "--b--"))
        #expect(content.text == "first")
        #expect(content.files.map(\.name) == ["attachment", "long name.txt"])
    }

    @Test("Parts that lie in each other without end, and boundaries that never end, are read as far as they go")
    func hostile() {
        var message: [UInt8] = []
        for depth in 0..<200 {
            message += bytes("Content-Type: multipart/mixed; boundary=b\(depth)", "", "--b\(depth)")
        }
        #expect(ReceivedContent(message + bytes("", "deep")).text == nil)
        #expect(
            ReceivedContent(bytes("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "text")).text == "text")
    }

    @Test("Any mutation of a message is read without a crash", arguments: 0..<200 as Range<UInt64>)
    func mutations(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var message = bytes(
            "From: \"A, B\" <a@example.org>, (c) d@e.example;", "Subject: =?UTF-8?B?R3LDvMOfZQ==?=",
            "Content-Type: multipart/mixed; boundary=\"b\"; x*0*=utf-8'en'%20; x*1=\"\\\"\"", "", "--b",
            "Content-Transfer-Encoding: base64", "", "QUJD=", "--b", "Content-Transfer-Encoding: quoted-printable", "",
            "=3D=", "=", "--b--")
        for _ in 0..<8 {
            let index = Int(random.next() % UInt64(message.count))
            switch random.next() % 3 {
            case 0: message[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: message.remove(at: index)
            default: message.insert(contentsOf: Array("\r\n--b=?\"(<[".utf8), at: index)
            }
        }
        let content = ReceivedContent(message)
        let header = try? HeaderBlock(parsing: message)
        #expect((header?.bodyStart ?? 0) <= message.count)
        #expect(content.files.count <= MailLimits.partsMax)
        for name in ["from", "subject"] { #expect(header?.text(of: name)?.contains("\n") != true) }
    }
}
