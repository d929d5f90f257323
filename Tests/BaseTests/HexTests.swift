import Base
import Testing

@Suite("Hex")
struct HexTests {
    // RFC 4648 §10
    @Test("Bytes are written in lower case")
    func encode() {
        #expect(Hex.encode(Array("foobar".utf8)) == "666f6f626172")
        #expect(Hex.encode([]) == "")
        #expect(Hex.encode([0, 0xFF]) == "00ff")
    }

    @Test("Both cases are read")
    func decode() {
        #expect(Hex.decode("00fFAb") == [0, 0xFF, 0xAB])
        #expect(Hex.decode("") == [])
    }

    @Test("What is no hex is refused", arguments: ["0", "0g", "g0", " 00", "0x00", "\u{FF10}0", "@@", "``"])
    func refused(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test("Every byte comes back as itself")
    func everyByte() {
        let all = Array(UInt8.min ... .max)
        #expect(Hex.decode(Hex.encode(all)) == all)
    }
}
