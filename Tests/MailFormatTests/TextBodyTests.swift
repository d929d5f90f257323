import Base
import Testing

@testable import MailFormat

@Suite("Text bodies")
struct TextBodyTests {
    private func encoded(_ text: String) -> String { String(decoding: TextBody(text).bytes, as: UTF8.self) }

    @Test(
        "The plainest encoding that keeps the text is chosen",
        arguments: [
            ("", "7bit"), ("Hello\nworld\n", "7bit"), (String(repeating: "x", count: 78), "7bit"),
            (String(repeating: "x", count: 79), "quoted-printable"), ("a = b", "7bit"), ("a =_ b", "quoted-printable"),
            ("From me", "quoted-printable"), ("a\n.\n", "quoted-printable"), ("a\u{0}b", "quoted-printable"),
            ("Grüße aus Berlin", "quoted-printable"), ("Привет, мир", "base64"), ("こんにちは", "base64"),
        ])
    func choice(text: String, encoding: String) {
        #expect(TextBody(text).encoding.rawValue == encoding)
    }

    @Test("White space at the end of a line, From and a full stop at its start are escaped")
    func traps() {
        #expect(encoded("é \n\t\n.x\nFrom a\nFromage") == "=C3=A9=20\r\n=09\r\n=2Ex\r\n=46rom a\r\nFromage")
    }

    @Test("Random text comes back whole, in lines of 76 at most that end in nothing a gateway would strip")
    func roundTrip() {
        let random = SeededRandom(seed: 6)
        let alphabet = ["a", "é", " ", ".", "=", "\t", "F", "\n", "漢", "From "]
        for _ in 0..<2000 {
            let count = Int(random.next() % 300)
            let text = (0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }.joined()
            let lines = Array(text.replacing("\n", with: "\r\n").utf8)
            let quoted = QuotedPrintable.encode(lines)
            #expect(decoded(quoted) == lines)
            for line in quoted.split(separator: ASCII.lineFeed) {
                let line = line.last == ASCII.carriageReturn ? line.dropLast() : line
                #expect(line.count <= 76)
                #expect(line.last != ASCII.space && line.last != ASCII.tab && line.first != ASCII.period)
                #expect(!line.starts(with: Array("From ".utf8)))
            }
        }
    }

    /// RFC 2045 §6.7, read backwards.
    private func decoded(_ quoted: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var index = 0
        while index < quoted.count {
            guard quoted[index] == ASCII.equals else {
                output.append(quoted[index])
                index += 1
                continue
            }
            if let high = ASCII.hexValue(quoted[index + 1]), let low = ASCII.hexValue(quoted[index + 2]) {
                output.append(high << 4 | low)
            }
            index += 3
        }
        return output
    }
}
