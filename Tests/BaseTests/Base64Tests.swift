import Base
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test(
        "The vectors of RFC 4648 §10 hold both ways",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == Array(encoded.utf8))
        #expect(Base64.decode(Array(encoded.utf8)) == Array(plain.utf8))
    }

    @Test("All byte values survive at every length, in one line and in many")
    func roundTrip() {
        for count in 0..<300 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 151 + count) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encodeLines(bytes)) == bytes)
        }
    }

    @Test("Lines have 76 columns and end with CRLF, the last one too")
    func lines() {
        let text = String(decoding: Base64.encodeLines([UInt8](repeating: 0, count: 58)), as: UTF8.self)
        #expect(text == String(repeating: "A", count: 76) + "\r\nAA==\r\n")
        #expect(Base64.encodeLines([]).isEmpty)
        #expect(Base64.encodeLines([UInt8](repeating: 0, count: 57)).count == 78)
        #expect(Base64.encodeLines([UInt8](repeating: 0, count: 6), columns: 4) == Array("AAAA\r\nAAAA\r\n".utf8))
    }

    @Test("CR, LF and space are skipped wherever they stand", arguments: ["Zm 9v", "Zm9v\r\n", "Z\nm8 =", " Zg=\r\n="])
    func whiteSpace(text: String) {
        #expect(Base64.decode(Array(text.utf8)) != nil)
    }

    @Test(
        "What is not exactly Base64 is refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zm8", "Zg===", "Z===", "====", "=", "Zg==Zg==", "Zm8=Zm8=", "Zm9v=", "Z=g=", "Zh==",
            "Zm9=", "Zm9v-", "Zm9_", "Zm9v\t", "Zm9v\0", "Zm9vé",
        ])
    func refusals(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }
}
