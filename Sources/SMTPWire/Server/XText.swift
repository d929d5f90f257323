import Base

/// `xtext` of RFC 3461 §4: a `+` and two hexadecimal digits stand for what must not stand by itself.
enum XText {
    /// Nil where it is none.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            guard text[index] == ASCII.plus else {
                guard ASCII.isVisible(text[index]), text[index] != ASCII.equals else { return nil }
                decoded.append(text[index])
                index += 1
                continue
            }
            guard index + 2 < text.endIndex, let high = digit(text[index + 1]), let low = digit(text[index + 2])
            else { return nil }
            decoded.append(high << 4 | low)
            index += 3
        }
        return decoded
    }

    static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if ASCII.isVisible(byte), byte != ASCII.plus, byte != ASCII.equals {
                encoded.append(byte)
            } else {
                encoded.append(ASCII.plus)
                encoded.append(hex(byte))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// In upper case alone.
    private static func digit(_ byte: UInt8) -> UInt8? { ASCII.isLower(byte) ? nil : ASCII.hexValue(byte) }
}

/// `utf-8-addr-unitext` and `utf-8-addr-xtext` of RFC 6533 §3: `\x{2B}` stands for what must not stand by itself.
enum UnicodeText {
    /// What is encoded already stays so. `utf8`: the letters outside ASCII may stand by themselves.
    static func encode(_ text: String, utf8: Bool) -> String {
        var encoded = ""
        for scalar in text.unicodeScalars {
            let isPlain = scalar.isASCII ? isPlain(UInt8(scalar.value)) : utf8
            if isPlain {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return encoded
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        ASCII.isVisible(byte) && byte != ASCII.plus && byte != ASCII.equals
    }
}
