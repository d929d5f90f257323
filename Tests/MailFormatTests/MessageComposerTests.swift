import Base
import Testing

@testable import MailFormat

@Suite("Composed messages")
struct MessageComposerTests {
    private func content(_ change: (inout MailContent) throws -> Void = { _ in }) throws -> MailContent {
        var content = try MailContent(
            date: Instant(seconds: 1_782_894_600), messageID: MessageID(parsing: "one@example.com"),
            from: Mailbox(parsing: "Joe <joe@example.com>"), subject: "Hello")
        content.to = [try Mailbox(parsing: "ann@example.net")]
        try change(&content)
        return content
    }

    private func composed(_ change: (inout MailContent) throws -> Void = { _ in }) throws -> String {
        String(decoding: MessageComposer.compose(try content(change)), as: UTF8.self)
    }

    /// The media types in the order they stand, by depth-first walk.
    private func types(_ message: String) -> [String] {
        message.components("Content-Type: ").dropFirst().map { String($0.prefix { $0 != ";" && $0 != "\r\n" }) }
    }

    @Test("A plain text is one part, with these fields in this order")
    func plainText() throws {
        let message = try composed { $0.text = "Hi Ann,\nbye\n" }
        #expect(
            message
                == """
                Date: Wed, 01 Jul 2026 08:30:00 +0000
                From: Joe <joe@example.com>
                To: ann@example.net
                Subject: Hello
                Message-ID: <one@example.com>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit

                Hi Ann,
                bye

                """.replacing("\n", with: "\r\n"))
    }

    @Test("Levels that would hold one part only are left out")
    func structure() throws {
        let image = try MailAttachment(fileName: "a.png", contentType: nil, contentID: "a", bytes: [1])
        let file = try MailAttachment(fileName: "a.pdf", contentType: nil, contentID: nil, bytes: [1])
        #expect(types(try composed()) == ["text/plain"])
        #expect(types(try composed { $0.html = "h" }) == ["text/html"])
        #expect(
            types(try composed { ($0.text, $0.html) = ("t", "h") })
                == ["multipart/alternative", "text/plain", "text/html"])
        #expect(
            types(try composed { ($0.html, $0.attachments) = ("h", [image]) })
                == ["multipart/related", "text/html", "image/png"])
        #expect(
            types(try composed { ($0.text, $0.attachments) = ("t", [image]) })
                == ["multipart/mixed", "text/plain", "image/png"])
        #expect(
            types(try composed { ($0.text, $0.html, $0.attachments) = ("t", "h", [file, image]) })
                == [
                    "multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html",
                    "image/png", "application/pdf",
                ])
    }

    @Test("Equal contents give equal bytes, and another message has other boundaries")
    func deterministic() throws {
        let first = try content { ($0.text, $0.html) = ("t", "h") }
        var second = first
        #expect(MessageComposer.compose(first) == MessageComposer.compose(second))
        second.messageID = try MessageID(parsing: "two@example.com")
        let boundary = { (content: MailContent) in
            String(decoding: MessageComposer.compose(content), as: UTF8.self).components("boundary=")[1].prefix(40)
        }
        #expect(boundary(first) != boundary(second))
    }

    @Test("A text that holds the boundary cannot end its part")
    func boundaryInText() throws {
        let first = try composed { ($0.text, $0.html) = ("t", "h") }
        let boundary = String(first.components("boundary=\"")[1].prefix { $0 != "\"" })
        let second = try composed { ($0.text, $0.html) = ("--\(boundary)--\nend", "h") }
        #expect(second.components("\r\n--\(boundary)").count == 4)
        #expect(second.contains("\r\nend\r\n--\(boundary)"))
    }

    @Test(
        "Line ends of every kind become CRLF, and nothing else has CR or LF",
        arguments: ["a\nb", "a\rb", "a\r\nb", "a\n\rb"])
    func lineEnds(text: String) throws {
        let message = Array(try composed { $0.text = text }.utf8)
        for (index, byte) in message.enumerated() {
            if byte == ASCII.lineFeed { #expect(message[index - 1] == ASCII.carriageReturn) }
            if byte == ASCII.carriageReturn { #expect(message[index + 1] == ASCII.lineFeed) }
        }
        #expect(message.suffix(2) == [ASCII.carriageReturn, ASCII.lineFeed])
    }

    @Test("Without a visible recipient the message says so, and blind ones are never named")
    func undisclosed() throws {
        #expect(try composed { $0.to = [] }.contains("\r\nTo: undisclosed-recipients:;\r\n"))
    }

    @Test("Extra headers stand in their order, reserved ones never")
    func extraHeaders() throws {
        let message = try composed {
            $0.extraHeaders = [
                try HeaderField(name: "X-B", value: "1"), try HeaderField(name: "Bcc", value: "x@example.com"),
                try HeaderField(name: "X-A", value: "2"),
            ]
        }
        #expect(message.contains("\r\nX-B: 1\r\nX-A: 2\r\n"))
        #expect(!message.contains("Bcc"))
    }

    @Test("An attachment is Base64 in lines of 76 under its name and type")
    func attachment() throws {
        let bytes = [UInt8](repeating: 0xAB, count: 100)
        let message = try composed {
            $0.attachments = [
                try MailAttachment(
                    fileName: "x.ics", contentType: "text/calendar; method=REQUEST; name=\"y\"; boundary=z",
                    contentID: nil, bytes: bytes)
            ]
        }
        #expect(message.contains("Content-Type: text/calendar; method=\"REQUEST\"\r\n"))
        #expect(message.contains("Content-Disposition: attachment; filename=\"x.ics\"\r\n\r\n"))
        let encoded = String(decoding: Base64.encodeLines(bytes), as: UTF8.self)
        #expect(message.contains("\r\n\r\n\(encoded)--=_"))
    }

    @Test(
        "A type is taken from the caller where it can be, else from the file name",
        arguments: [
            ("a.bin", "Image/PNG", "image/png"), ("a.pdf", "nonsense", "application/pdf"),
            ("a.PDF", nil, "application/pdf"),
            ("a.unknown", nil, "application/octet-stream"), ("pdf", nil, "application/octet-stream"),
            ("a.eml", "message/rfc822", "application/octet-stream"), ("a.txt", "text/plain\r\nX: y", "text/plain"),
            ("a.txt", "a/b/c", "text/plain"),
        ] as [(String, String?, String)])
    func mediaTypes(fileName: String, stated: String?, type: String) throws {
        let attachment = try MailAttachment(fileName: fileName, contentType: stated, contentID: nil, bytes: [])
        #expect(attachment.mediaType.essence == type)
    }

    @Test("File names, content ids and message ids that could break a header are refused")
    func refusals() {
        for name in ["", "a\r\nb", "a\0", String(repeating: "n", count: 256)] {
            #expect(throws: MailFormatError.invalidFileName) {
                try MailAttachment(fileName: name, contentType: nil, contentID: nil, bytes: [])
            }
        }
        for id in ["", "a b", "a>", "é", "a\r\nb"] {
            #expect(throws: MailFormatError.invalidContentID) {
                try MailAttachment(fileName: "a", contentType: nil, contentID: id, bytes: [])
            }
        }
        for id in ["", "a", "a@", "@b", "a@b@c", "a b@c", "a..b@c", "é@b", "a@b\r\n", "<a@b"] {
            #expect(throws: MailFormatError.invalidMessageID) { try MessageID(parsing: id) }
        }
    }

    @Test("Only an address outside ASCII makes the message need SMTPUTF8, and then stands as it is")
    func internationalised() throws {
        let plain = try content { $0.to = [try Mailbox(parsing: "Ünal <u@münchen.example>")] }
        #expect(!plain.requiresSMTPUTF8)
        #expect(MessageComposer.compose(plain).allSatisfy { $0 < 0x80 })
        let other = try content { $0.to = [try Mailbox(parsing: "用户@例え.jp")] }
        #expect(other.requiresSMTPUTF8)
        #expect(String(decoding: MessageComposer.compose(other), as: UTF8.self).contains("To: 用户@xn--r8jz45g.jp\r\n"))
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }
}
