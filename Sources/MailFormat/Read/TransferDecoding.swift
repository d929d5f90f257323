import Base

/// Takes content out of its transfer encoding (RFC 2045 §6), as a reader does: what is wrong is passed over.
enum TransferDecoding {
    /// By the field's value; what is not known stays as it is.
    static func decode(_ bytes: ArraySlice<UInt8>, _ encoding: String) -> [UInt8] {
        switch encoding.asciiLowercased {
        case "base64": base64(bytes) ?? Array(bytes)
        case "quoted-printable": quotedPrintable(bytes)
        default: Array(bytes)
        }
    }

    /// RFC 2045 §6.8: characters outside the alphabet are ignored, and so is what follows the padding. Nil where a
    /// lone character is left.
    static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var characters: [UInt8] = []
        characters.reserveCapacity(text.count + 2)
        for byte in text {
            if byte == ASCII.equals { break }
            let isOfAlphabet = ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.plus || byte == ASCII.slash
            if isOfAlphabet { characters.append(byte) }
        }
        guard characters.count % 4 != 1 else { return nil }
        clearUnusedBits(&characters)
        while characters.count % 4 != 0 { characters.append(ASCII.equals) }
        return Base64.decode(characters)
    }

    /// Old encoders leave bits in the last character that stand for nothing.
    private static func clearUnusedBits(_ characters: inout [UInt8]) {
        let unused: UInt8 = characters.count % 4 == 2 ? 15 : characters.count % 4 == 3 ? 3 : 0
        guard unused > 0, let last = characters.last, let value = alphabet.firstIndex(of: last) else { return }
        characters[characters.count - 1] = alphabet[value & ~Int(unused)]
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// RFC 2045 §6.7: soft line breaks go, and white space at the end of a line with them.
    static func quotedPrintable(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            guard byte == ASCII.equals else {
                output.append(byte)
                index += 1
                continue
            }
            if let end = softBreak(text, from: index + 1) {
                index = end
            } else if index + 2 < text.endIndex, let high = ASCII.hexValue(text[index + 1]),
                let low = ASCII.hexValue(text[index + 2])
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(byte)
                index += 1
            }
        }
        return output
    }

    /// Behind the line end of a soft break; nil where what follows the `=` is none.
    private static func softBreak(_ text: ArraySlice<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < text.endIndex, MailCharacter.isWhiteSpace(text[index]) { index += 1 }
        guard index < text.endIndex else { return index }
        guard text[index] == ASCII.carriageReturn || text[index] == ASCII.lineFeed else { return nil }
        let isPair = text[index] == ASCII.carriageReturn && index + 1 < text.endIndex
        return index + (isPair && text[index + 1] == ASCII.lineFeed ? 2 : 1)
    }
}
