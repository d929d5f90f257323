import Base
import Testing

@testable import MailFormat

@Suite("Structured fields")
struct StructuredFieldTests {
    @Test(
        "A long value is folded at its white space and never becomes an encoded word",
        arguments: ["List-Unsubscribe", "In-Reply-To", "References", "List-Id", "list-post"])
    func folded(name: String) throws {
        let word = "<\(String(repeating: "x", count: 300))@b.example>"
        let value = [word, word, word, word].joined(separator: " ")
        var content = MailContent(
            date: .init(seconds: 0), messageID: try MessageID(parsing: "1@b.example"),
            from: try Mailbox(parsing: "a@b.example"), subject: "x")
        content.extraHeaders = [try HeaderField(name: name, value: value)]
        let bytes = MessageComposer.compose(content)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("=?"))
        let header = try HeaderBlock(parsing: bytes)
        #expect(header.text(of: name.lowercased()) == value)
        #expect(String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").allSatisfy { $0.utf8.count <= 998 })
    }

    @Test("What cannot be written without encoding cannot be written")
    func refused() {
        let long = String(repeating: "x", count: 990)
        #expect(StructuredField.isStructured("LIST-unsubscribe") && !StructuredField.isStructured("X-Note"))
        #expect(!StructuredField.canWrite("<https://b.example/grün>", name: "List-Unsubscribe"))
        #expect(!StructuredField.canWrite("<\(long)>", name: "References"))
        #expect(StructuredField.canWrite("<\(long)>", name: "X"))
        #expect(StructuredField.canWrite("a \(long)", name: "References"))
    }
}
