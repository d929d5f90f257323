import Base
import Testing

@testable import MailFormat

@Suite("Transport encoding")
struct TransportEncodingTests {
    private func bytes(_ lines: [String]) -> [UInt8] { lines.flatMap { Array("\($0)\r\n".utf8) } }

    private func encoded(_ lines: [String], takesEightBit: Bool = true) throws -> [UInt8] {
        try TransportEncoding.encoded(bytes(lines), takesEightBit: takesEightBit)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// What readers see of it.
    private func read(_ content: [UInt8]) -> ReceivedContent { ReceivedContent(content) }

    private let long = String(repeating: "long ", count: 300)

    private func isTransportable(_ content: [UInt8], eightBit: Bool) -> Bool {
        !content.contains(0) && (eightBit || content.allSatisfy { $0 < 0x80 })
            && text(content).split(separator: "\r\n").allSatisfy { $0.utf8.count <= MailLimits.lineMax }
    }

    @Test("What every server takes is not touched")
    func untouched() throws {
        let lines = ["From: a@b.example", "X-Odd:\tvalue  ", "", ".", "grün", String(repeating: "x", count: 998)]
        #expect(try encoded(lines) == bytes(lines))
    }

    @Test("A long line, NUL and letters for a 7-bit hop become quoted-printable, and say the same")
    func texts() throws {
        for (body, eightBit) in [(long, true), ("a\u{0}b", true), ("grün", false), (long, false)] {
            let lines = [
                "From: a@b.example", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", body, "",
            ]
            let content = try encoded(lines, takesEightBit: eightBit)
            #expect(isTransportable(content, eightBit: eightBit))
            #expect(text(content).contains("Content-Transfer-Encoding: quoted-printable\r\n"))
            #expect(read(content).text == read(bytes(lines)).text)
            #expect(try TransportEncoding.encoded(content, takesEightBit: false) == content)
        }
    }

    @Test("A message without MIME says what it is once it is encoded")
    func bare() throws {
        let content = text(try encoded(["From: a@b.example", "", "grün"], takesEightBit: false))
        #expect(content.contains("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"))
        #expect(text(try encoded(["From: a@b.example", "", long])).contains("charset=us-ascii\r\n"))
    }

    @Test("Only the parts that need it are encoded; files become base64, and the parts around them say so")
    func parts() throws {
        let lines = [
            "From: a@b.example", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b",
            "Content-Transfer-Encoding: 8bit", "", "grüne preamble", "--b", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit", "", "grün", "--b", "Content-Type: text/html", "", "<b>plain</b>", "--b",
            "Content-Type: application/x; name=f", "Content-Transfer-Encoding: binary", "", "a\u{0}\(long)", "--b--",
            "epilogue",
        ]
        let content = try encoded(lines, takesEightBit: false)
        #expect(isTransportable(content, eightBit: false))
        #expect(text(content).contains("Content-Type: text/html\r\n\r\n<b>plain</b>\r\n--b\r\n"))
        #expect(text(content).contains("Content-Transfer-Encoding: 7bit\r\n"))
        #expect(text(content).contains("Content-Transfer-Encoding: base64\r\n"))
        let (found, expected) = (read(content), read(bytes(lines)))
        #expect(found.text == expected.text && found.html == expected.html)
        #expect(found.files.map(\.bytes) == expected.files.map(\.bytes))
    }

    @Test("A message within a message is encoded inside, and never as a whole")
    func nested() throws {
        let lines = [
            "From: a@b.example", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "", "--b",
            "Content-Type: message/rfc822", "Content-Transfer-Encoding: 8bit", "", "From: c@d.example",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", "grün \(long)", "--b--", "",
        ]
        let content = text(try encoded(lines, takesEightBit: false))
        #expect(content.contains("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\nFrom: c@"))
        #expect(content.contains("charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ngr=C3=BCn"))
    }

    @Test("Header lines are folded at their white space, which changes no value")
    func header() throws {
        let value = String(repeating: "word ", count: 400) + "end"
        let content = try encoded(["From: a@b.example", "X-Long: \(value)", "", "x"])
        #expect(isTransportable(content, eightBit: true))
        #expect(try HeaderBlock(parsing: content).text(of: "x-long") == value)
        #expect(throws: TransportEncoding.Obstacle.header) {
            try encoded(["X-Long: \(String(repeating: "x", count: 999))", "", ""])
        }
    }

    @Test(
        "What is signed or encrypted is never changed",
        arguments: [
            ["Content-Type: multipart/signed; boundary=b"], ["Content-Type: multipart/encrypted; boundary=b"],
            ["DKIM-Signature: v=1; a=rsa-sha256"],
            ["Content-Type: multipart/mixed; boundary=o", "", "--o", "Content-Type: multipart/signed; boundary=b"],
            ["Content-Type: message/rfc822", "", "DKIM-Signature: v=1"],
        ])
    func sealed(fields: [String]) {
        let lines = ["From: a@b.example", "MIME-Version: 1.0"] + fields
        for (body, eightBit) in [(long, true), ("a\u{0}", true), ("grün", false)] {
            #expect(throws: TransportEncoding.Obstacle.sealed) {
                try encoded(lines + ["", "--b", "", body, "--b--"], takesEightBit: eightBit)
            }
        }
        #expect(throws: Never.self) { try encoded(lines + ["", "--b", "", "grün", "--b--"]) }
    }

    @Test("Whatever comes in, what comes out can be taken, or nothing does", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        func next(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
        let pieces = [
            "--b", "--b--", "", "Content-Type: multipart/mixed; boundary=b", "Content-Type: text/plain", "grün",
            "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: binary", "a\u{0}b", long, "X: y",
            "Content-Type: message/rfc822", String(repeating: "x", count: 1200),
        ]
        for _ in 0..<40 {
            let lines = ["From: a@b.example"] + (0..<next(14)).map { _ in pieces[next(pieces.count)] }
            for eightBit in [true, false] {
                guard let content = try? encoded(lines, takesEightBit: eightBit) else { continue }
                let header = (try? HeaderBlock(parsing: content))?.bodyStart ?? 0
                #expect(
                    isTransportable(Array(content[header...]), eightBit: eightBit), "seed \(seed): \(lines)")
            }
        }
    }
}
