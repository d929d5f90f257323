import Base

/// A structured field with parameters, as received: Content-Type, Content-Disposition (RFC 2045 §5.1, RFC 2183 §2).
struct ContentField {
    /// In lower case.
    var value: String
    /// Names in lower case; values as they are meant, RFC 2231 §3 and §4 resolved.
    private(set) var parameters: [String: String] = [:]

    init(_ bytes: [UInt8]) {
        let pieces = Self.pieces(bytes)
        value = String(decoding: HeaderText.unfolded(pieces.first ?? []), as: UTF8.self).asciiLowercased
        var plain: [(name: String, value: [UInt8])] = []
        for piece in pieces.dropFirst() {
            guard let equals = piece.firstIndex(of: ASCII.equals) else { continue }
            let name = String(decoding: HeaderText.unfolded(piece[..<equals]), as: UTF8.self).asciiLowercased
            plain.append((name, Self.unquoted(HeaderText.unfolded(piece[(equals + 1)...]))))
        }
        for (name, value) in plain where !name.contains("*") {
            parameters[name] = parameters[name] ?? HeaderText.decoded(value)
        }
        for name in Set(plain.map { String($0.name.prefix { $0 != "*" }) }) {
            if let value = Self.extended(name, plain) { parameters[name] = value }
        }
    }

    /// RFC 2231: `name*=charset'language'text`, and `name*0=`, `name*1*=` and so on in place of a long one.
    private static func extended(_ name: String, _ plain: [(name: String, value: [UInt8])]) -> String? {
        if let whole = plain.first(where: { $0.name == name + "*" }) { return decoded([(whole.value, true)]) }
        var sections: [(value: [UInt8], isEncoded: Bool)] = []
        while sections.count < MailLimits.parameterSectionsMax {
            let next = "\(name)*\(sections.count)"
            guard let section = plain.first(where: { $0.name == next || $0.name == next + "*" }) else { break }
            sections.append((section.value, section.name.hasSuffix("*")))
        }
        return sections.isEmpty ? nil : decoded(sections)
    }

    private static func decoded(_ sections: [(value: [UInt8], isEncoded: Bool)]) -> String {
        var charset = Charset.utf8
        var bytes: [UInt8] = []
        for (index, section) in sections.enumerated() {
            var value = section.value[...]
            guard section.isEncoded else {
                bytes += value
                continue
            }
            if index == 0 {
                let parts = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
                if parts.count == 3 {
                    charset = Charset(String(decoding: parts[0], as: UTF8.self)) ?? .utf8
                    value = parts[2]
                }
            }
            bytes += percentDecoded(value)
        }
        return HeaderText.decoded(Array(charset.text(bytes).utf8))
    }

    private static func percentDecoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.endIndex, let high = ASCII.hexValue(text[index + 1]),
                let low = ASCII.hexValue(text[index + 2])
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(text[index])
                index += 1
            }
        }
        return output
    }

    /// Cut at semicolons outside of quoted strings; comments dropped.
    private static func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var piece: [UInt8] = []
        var isQuoted = false
        var commentDepth = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == ASCII.backslash, isQuoted || commentDepth > 0, index + 1 < bytes.count {
                if isQuoted { piece += bytes[index...(index + 1)] }
                index += 2
                continue
            }
            index += 1
            if commentDepth > 0 {
                commentDepth += byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
            } else if byte == UInt8(ascii: "("), !isQuoted {
                commentDepth = 1
            } else if byte == ASCII.semicolon, !isQuoted {
                pieces.append(piece[...])
                piece = []
            } else {
                if byte == ASCII.quote { isQuoted.toggle() }
                piece.append(byte)
            }
        }
        return pieces + [piece[...]]
    }

    private static func unquoted(_ value: [UInt8]) -> [UInt8] {
        guard value.count >= 2, value.first == ASCII.quote, value.last == ASCII.quote else { return value }
        var output: [UInt8] = []
        var isEscaped = false
        for byte in value.dropFirst().dropLast() {
            if byte == ASCII.backslash, !isEscaped {
                isEscaped = true
            } else {
                output.append(byte)
                isEscaped = false
            }
        }
        return output
    }
}
