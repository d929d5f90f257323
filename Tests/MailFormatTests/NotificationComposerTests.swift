import Base
import Testing

@testable import MailFormat

@Suite("Delivery status notifications")
struct NotificationComposerTests {
    private typealias Notification = DeliveryStatusNotification

    private static let start = Instant(seconds: 1_782_894_600)
    private static let refusal = Notification.Diagnostic.reply("550 5.1.1 <ann@example.net>: no such user")

    private func recipient(
        _ address: String = "ann@example.net", original: String? = nil, diagnostic: Notification.Diagnostic = refusal
    ) throws -> Notification.Recipient {
        var recipient = Notification.Recipient(
            address: try EmailAddress(parsing: address), action: .failed, status: "5.1.1")
        recipient.original = original
        recipient.remoteMTA = "mx.example.net"
        recipient.diagnostic = diagnostic
        recipient.lastAttempt = Self.start + .seconds(60)
        return recipient
    }

    private func notification(
        _ recipients: Notification.Recipient..., change: (inout Notification) -> Void = { _ in }
    ) throws -> Notification {
        var notification = Notification(
            from: try Mailbox(parsing: "Mail Delivery System <MAILER-DAEMON@mail.example.com>"),
            to: try EmailAddress(parsing: "ops@example.com"), reportingMTA: "mail.example.com", arrival: Self.start,
            recipients: recipients.isEmpty ? [try recipient()] : recipients)
        notification.subject = Array("Subject: Hi\r\nMessage-ID: <one@example.com>\r\n\r\nthe body\r\n".utf8)
        change(&notification)
        return notification
    }

    /// The parts between the boundaries, each with its fields; the first is the header.
    private func parts(_ notification: Notification) throws -> [String] {
        let message = String(decoding: NotificationComposer.compose(notification), as: UTF8.self)
        let header = try #require(message.firstRange(of: "\r\n\r\n")).lowerBound
        let unfolded = message[..<header].replacing("\r\n ", with: " ")
        let boundary = try #require(unfolded.firstMatch(of: /boundary="([^"]+)"/)).1
        let pieces = Self.pieces(message, "\r\n--\(boundary)")
        #expect(pieces.last == "--\r\n")
        return pieces.dropLast()
    }

    private static func pieces(_ text: String, _ separator: String) -> [String] {
        text.split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }

    @Test("A notification has three parts, and says that nobody is to answer it")
    func structure() throws {
        let parts = try parts(notification())
        #expect(parts.count == 4)
        #expect(
            parts[0].hasPrefix("From: Mail Delivery System <MAILER-DAEMON@mail.example.com>\r\nTo: ops@example.com"))
        #expect(parts[0].contains("\r\nAuto-Submitted: auto-replied\r\n"))
        #expect(parts[0].contains("\r\nIn-Reply-To: <one@example.com>\r\nReferences: <one@example.com>\r\n"))
        #expect(parts[0].contains("Content-Type: multipart/report; report-type=delivery-status;"))
        #expect(parts[1].hasPrefix("\r\nContent-Type: text/plain; charset=utf-8\r\n"))
        #expect(parts[2].hasPrefix("\r\nContent-Type: message/delivery-status\r\n\r\n"))
        #expect(
            parts[3] == "\r\nContent-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
                + "Subject: Hi\r\nMessage-ID: <one@example.com>\r\n")
    }

    @Test("The fields of the message come first, then a group for each recipient, each field in its place")
    func fields() throws {
        var expired = try recipient("bob@example.net", diagnostic: .own("not delivered within its lifetime"))
        (expired.status, expired.remoteMTA, expired.lastAttempt) = ("4.4.7", nil, nil)
        let given = try recipient(original: "rfc822;Ann@example.org")
        let parts = try parts(notification(given, expired) { $0.envelopeID = "order 4711" })
        #expect(
            parts[2]
                == """

                Content-Type: message/delivery-status

                Original-Envelope-Id: order 4711
                Reporting-MTA: dns; mail.example.com
                Arrival-Date: Wed, 01 Jul 2026 08:30:00 +0000

                Original-Recipient: rfc822;Ann@example.org
                Final-Recipient: rfc822; ann@example.net
                Action: failed
                Status: 5.1.1
                Remote-MTA: dns; mx.example.net
                Diagnostic-Code: smtp; 550 5.1.1 <ann@example.net>: no such user
                Last-Attempt-Date: Wed, 01 Jul 2026 08:31:00 +0000

                Final-Recipient: rfc822; bob@example.net
                Action: failed
                Status: 4.4.7
                Diagnostic-Code: X-Polyrelay; not delivered within its lifetime

                """.replacing("\n", with: "\r\n"))
    }

    @Test("What is delayed says how long it is tried, what was passed on says no more, and the gravest gives the title")
    func otherActions() throws {
        var delayed = try recipient("bob@example.net", diagnostic: .reply("451 4.2.2 full"))
        (delayed.action, delayed.status, delayed.triedUntil) = (.delayed, "4.2.2", Self.start + .seconds(86_400))
        var relayed = try recipient("eve@example.net")
        (relayed.action, relayed.status, relayed.diagnostic) = (.relayed, "2.0.0", nil)
        let parts = try parts(notification(delayed, relayed))
        #expect(parts[0].contains("\r\nSubject: Delivery Status Notification (Delay)\r\n"))
        #expect(
            parts[1].contains(
                "is tried again, for:\r\n\r\n  bob@example.net\r\n    mx.example.net said: 451 4.2.2 full"))
        #expect(parts[1].contains("will not report on it, for:\r\n\r\n  eve@example.net\r\n\r\n"))
        #expect(
            parts[2].hasSuffix(
                """
                Will-Retry-Until: Thu, 02 Jul 2026 08:30:00 +0000

                Final-Recipient: rfc822; eve@example.net
                Action: relayed
                Status: 2.0.0
                Remote-MTA: dns; mx.example.net
                Last-Attempt-Date: Wed, 01 Jul 2026 08:31:00 +0000

                """.replacing("\n", with: "\r\n")))
        #expect(try notification(relayed).title == "Delivery Status Notification (Relay)")
        #expect(try notification(relayed, delayed, recipient()).title == "Delivery Status Notification (Failure)")
    }

    @Test("People read who was not reached, and why")
    func text() throws {
        let parts = try parts(notification())
        #expect(parts[1].contains("\r\n  ann@example.net\r\n"))
        #expect(parts[1].contains("mx.example.net said: 550 5.1.1 <ann@example.net>: no such user"))
    }

    @Test("What a server said cannot end its field, add another or make a line too long")
    func hostileReply() throws {
        let words = ["550 a\r\nStatus: 2.0.0", "\u{0}\u{85}\u{2028}b", "ü", String(repeating: "x", count: 5000)]
        let parts = try parts(notification(try recipient(diagnostic: .reply(words.joined(separator: " ")))))
        #expect(Self.pieces(parts[2], "\r\nStatus:").count == 2)
        #expect(parts[2].contains("smtp; 550 a  Status: 2.0.0".replacing("  ", with: " ")))
        #expect(parts[2].contains(" b ?\r\n x"))
        #expect(Self.pieces(parts.joined(), "\r\n").allSatisfy { $0.utf8.count <= 998 })
    }

    @Test("A sender who wants all of the message gets it, unless it is too large or cannot stand as it is")
    func wholeMessage() throws {
        let whole = try parts(notification { $0.returnsContent = true })
        #expect(
            whole[3].hasPrefix("\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject"))
        #expect(whole[3].hasSuffix("\r\n\r\nthe body\r\n"))
        for body in [String(repeating: "x\r\n", count: 60_000), String(repeating: "x", count: 999), "\u{0}"] {
            let parts = try parts(
                notification {
                    $0.returnsContent = true
                    $0.subject = Array("Subject: Hi\r\n\r\n\(body)\r\n".utf8)
                })
            #expect(parts[3].hasSuffix("\r\n\r\nSubject: Hi\r\n"))
        }
    }

    @Test("An 8-bit message is returned as it is, and the report says that it is 8-bit")
    func eightBit() throws {
        let parts = try parts(
            notification {
                $0.returnsContent = true
                $0.subject = Array("Subject: Hi\r\n\r\nGrüße\r\n".utf8)
            })
        #expect(parts[0].hasSuffix("\r\nContent-Transfer-Encoding: 8bit\r\n"))
        #expect(parts[3].contains("Content-Transfer-Encoding: 8bit\r\n\r\nSubject: Hi\r\n\r\nGrüße\r\n"))
    }

    @Test("An international message is reported in the forms for it")
    func international() throws {
        let parts = try parts(
            notification(try recipient("jörg@example.net", original: "utf-8;jörg@example.net")) {
                $0.isInternational = true
                $0.subject = Array("Subject: Grüße\r\n\r\nx\r\n".utf8)
            })
        #expect(parts[2].hasPrefix("\r\nContent-Type: message/global-delivery-status\r\n"))
        #expect(parts[2].contains("Original-Recipient: utf-8;jörg@example.net\r\n"))
        #expect(parts[2].contains("Final-Recipient: utf-8; jörg@example.net\r\n"))
        #expect(
            parts[3] == "\r\nContent-Type: message/global-headers\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                + "Subject: Grüße\r\n")
    }

    @Test("A header that is 8-bit without right is returned in ASCII")
    func brokenHeader() throws {
        let parts = try parts(notification { $0.subject = Array("Subject: x".utf8) + [0xFC, 0x0D, 0x0A, 0x0D, 0x0A] })
        #expect(
            parts[3] == "\r\nContent-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                + "Subject: x=FC\r\n")
    }

    @Test("A message that cannot be shown is reported without it")
    func nothingToReturn() throws {
        #expect(try parts(notification { $0.subject = nil }).count == 3)
        #expect(try parts(notification { $0.subject = Array("no header\r\n".utf8) }).count == 3)
    }

    @Test("Of a long header the first fields are returned, each whole")
    func longHeader() throws {
        let field = "X-Long: \(String(repeating: "y", count: 500))\r\n"
        let parts = try parts(
            notification { $0.subject = Array(("Subject: Hi\r\n" + String(repeating: field, count: 300)).utf8) })
        #expect(parts[3].utf8.count <= MailLimits.returnedHeaderMax + 100)
        #expect(parts[3].hasSuffix(field))
    }

    @Test("The boundary occurs in nothing that is returned")
    func boundary() throws {
        // The first boundary that the source gives for these parts is put into them, as a field.
        let first = try #require(
            String(decoding: NotificationComposer.compose(try notification()), as: UTF8.self)
                .firstMatch(of: /"(=_[^"]+)"/)
        ).1
        let parts = try parts(notification { $0.subject = Array("--\(first): x\r\n\r\n".utf8) })
        #expect(parts.count == 4)
        #expect(parts[3].hasSuffix("--\(first): x\r\n"))
    }

    private static let hostilePieces = [
        "\r\n", "\n", "\r", "\r\n\r\n", "--", "=_0_", "Final-Recipient: x", ": ", " ", "\t", "ü", "\u{0}", "\u{2028}",
        "x", "<>",
        String(repeating: "y", count: 700),
    ]

    @Test("Whatever servers, senders and messages say, a report keeps its form", arguments: 0..<40)
    func hostile(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        func number(below bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
        func text() -> String {
            (0..<number(below: 12)).map { _ in Self.hostilePieces[number(below: Self.hostilePieces.count)] }.joined()
        }
        for _ in 0..<20 {
            var one = try recipient(original: "rfc822;\(text())", diagnostic: .reply("550 \(text())"))
            one.remoteMTA = text()
            let other = try recipient("bob@example.net", diagnostic: .own(text()))
            let notification = try notification(one, other) {
                $0.envelopeID = text()
                $0.isInternational = number(below: 2) == 0
                $0.returnsContent = number(below: 2) == 0
                // What is accepted has CR and LF together only.
                let body = text().unicodeScalars.filter { $0 != "\r" && $0 != "\n" }.map { String($0) }.joined()
                $0.subject = Array("Subject: x\r\nX-\(number(below: 99)): \(body)\r\n\r\n\(body)\r\n".utf8)
            }
            let bytes = NotificationComposer.compose(notification)
            let message = String(decoding: bytes, as: UTF8.self)
            #expect(try parts(notification).count == 4)
            #expect(Self.pieces(message, "\r\n").allSatisfy { $0.utf8.count <= 998 && !$0.utf8.contains(0) })
            for index in bytes.indices where bytes[index] == 0x0A { #expect(bytes[index - 1] == 0x0D) }
            let groups = Self.pieces(try parts(notification)[2], "\r\n\r\n")
            #expect(groups.count == 4)
            #expect(groups.suffix(2).allSatisfy { Self.pieces("\r\n" + $0, "\r\nFinal-Recipient: ").count == 2 })
        }
    }

    @Test("Equal notifications are equal bytes")
    func deterministic() throws {
        #expect(NotificationComposer.compose(try notification()) == NotificationComposer.compose(try notification()))
    }
}
