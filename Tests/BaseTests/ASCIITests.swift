import Base
import Testing

@Suite("ASCII")
struct ASCIITests {
    @Test("The classes hold what RFC 5234 says, and nothing beyond ASCII")
    func classes() {
        for byte in UInt8.min ... .max {
            let scalar = Unicode.Scalar(byte)
            #expect(ASCII.isDigit(byte) == ("0"..."9").contains(scalar))
            #expect(ASCII.isUpper(byte) == ("A"..."Z").contains(scalar))
            #expect(ASCII.isLower(byte) == ("a"..."z").contains(scalar))
            #expect(ASCII.isLetter(byte) == (ASCII.isUpper(byte) || ASCII.isLower(byte)))
            #expect(ASCII.isVisible(byte) == ("!"..."~").contains(scalar))
            #expect(ASCII.isControl(byte) == (byte < 32 || byte == 127))
            let hex = byte < 0x80 ? Character(scalar).hexDigitValue : nil
            #expect(ASCII.hexValue(byte).map(Int.init) == hex)
        }
    }

    @Test("Only ASCII letters change their case")
    func lowercase() {
        #expect("EXAMPLE.Ärger[".asciiLowercased == "example.Ärger[")
    }

    @Test("Decimal numbers are padded and signed")
    func decimal() {
        var bytes: [UInt8] = []
        for value in [0, 7, -42, Int64.max, Int64.min] {
            bytes.appendDecimal(value, width: 3)
            bytes.append(ASCII.space)
        }
        #expect(bytes.text == "000 007 -042 9223372036854775807 -9223372036854775808 ")
    }
}
