import Base
import MailFormat
import Testing

@Suite("Mailboxes")
struct MailboxTests {
    @Test(
        "Each form is read, and a name is told without its quotation marks",
        arguments: [
            ("joe@example.com", nil), ("<joe@example.com>", nil), ("  joe@example.com ", nil),
            ("Joe Doe <joe@example.com>", "Joe Doe"), ("Joe<joe@example.com>", "Joe"),
            ("\"Doe, Joe\" <joe@example.com>", "Doe, Joe"),
            ("\"Joe \\\"J\\\" \\\\ Doe\" <joe@example.com>", "Joe \"J\" \\ Doe"),
            ("\"\" <joe@example.com>", nil), ("Dr. Joe (Sales) <joe@example.com>", "Dr. Joe (Sales)"),
            ("山田 太郎 <joe@example.com>", "山田 太郎"), ("\"Joe\" Doe <joe@example.com>", "Joe Doe"),
            ("Joe (Sales, EU) <joe@example.com>", "Joe (Sales, EU)"), ("joe@example.com (Joe)", "Joe"),
            ("joe@example.com (Doe, Joe; EU)", "Doe, Joe; EU"), ("joe@example.com ()", nil),
            ("=?UTF-8?Q?J=C3=B6e_Doe?= <joe@example.com>", "Jöe Doe"),
            ("=?UTF-8?B?SsO2ZQ==?= =?UTF-8?B?IERvZQ==?= <joe@example.com>", "Jöe Doe"),
            ("what? <joe@example.com>", "what?"), ("Joe (x <joe@example.com>", "Joe (x"),
            ("joe@home.example <joe@example.com>", "joe@home.example"), ("\"a<b>\" <joe@example.com>", "a<b>"),
        ] as [(String, String?)])
    func accepted(text: String, name: String?) throws {
        let mailbox = try Mailbox(parsing: text)
        #expect(mailbox.displayName == name)
        #expect(mailbox.address.text == "joe@example.com")
    }

    @Test(
        "What is not one mailbox is refused",
        arguments: [
            ("", AddressError.missingAtSign), ("Joe", .missingAtSign), ("Joe <joe@example.com", .invalidCharacter),
            ("joe@example.com>", .malformedMailbox), ("<joe@example.com> Joe", .invalidCharacter),
            ("Doe, Joe <joe@example.com>", .malformedMailbox),
            ("a@b.example, Joe <joe@example.com>", .malformedMailbox),
            ("Doe, (Joe) <joe@example.com>", .malformedMailbox), ("joe@example.com (a) (b)", .invalidCharacter),
            ("Joe (joe@example.com)", .missingAtSign),
            ("group: joe@example.com;", .invalidCharacter), ("Joe <a@b.example> <joe@example.com>", .invalidCharacter),
            ("Joe <<joe@example.com>>", .invalidCharacter), ("\"Joe <joe@example.com>", .malformedQuotedString),
            ("Joe\r\nBcc: x@y.example <joe@example.com>", .invalidCharacter),
            ("\"Joe\u{0}\" <joe@example.com>", .invalidCharacter), ("Joe <>", .missingAtSign),
        ])
    func refused(text: String, error: AddressError) {
        #expect(throws: error) { try Mailbox(parsing: text) }
    }

    @Test("A name beyond the limit is refused")
    func nameLength() {
        #expect(throws: AddressError.displayNameTooLong) {
            try Mailbox(parsing: String(repeating: "n", count: 1001) + " <joe@example.com>")
        }
    }

    @Test("Whatever is changed in an address, what is accepted has no control character and one @ on its wire")
    func mutations() throws {
        let random = SeededRandom(seed: 4)
        let seeds = [
            "Joe Doe <joe@example.com>", "\"a \\\" b\" <\"q s\"@münchen.example>", "x.y+z@[IPv6:2001:db8::1]",
            "用户@例え.jp", "a@b",
        ].map { Array($0.utf8) }
        let inserted = Array("@<>\"\\.,;:()[] \r\n\t\0-é".utf8)
        var acceptedCount = 0
        for round in 0..<20_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0...(random.next() % 3) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0 where bytes.count > 1: bytes.remove(at: place)
                case 1: bytes.insert(inserted[Int(random.next() % UInt64(inserted.count))], at: place)
                default: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            guard let mailbox = try? Mailbox(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
            acceptedCount += 1
            let wire = mailbox.address.wireText
            #expect(!(wire + (mailbox.displayName ?? "")).utf8.contains(where: ASCII.isControl))
            #expect(wire.utf8.count <= 254)
            #expect(try EmailAddress(parsing: wire) == mailbox.address, "the wire form is an address, and the same one")
        }
        #expect(acceptedCount > 1000, "the mutations must not all be nonsense")
    }
}
