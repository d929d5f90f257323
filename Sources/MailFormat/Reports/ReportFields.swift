import Base

/// A group of fields of a report's machine-readable part (RFC 3464 §2.1, RFC 5965 §3): as a header, but read as
/// leniently as those who write them ask for. What is no field is passed over.
struct ReportFields {
    private var fields: [(name: String, value: [UInt8])] = []

    /// The groups of a part, which empty lines part; of a part that is too long, those at its beginning.
    static func groups(in bytes: [UInt8]) -> [ReportFields] {
        var groups: [ReportFields] = []
        var group = ReportFields()
        for line in bytes.prefix(MailLimits.reportBytesMax).split(
            separator: ASCII.lineFeed, omittingEmptySubsequences: false)
        {
            let line = line.last == ASCII.carriageReturn ? line.dropLast() : line
            if line.allSatisfy(MailCharacter.isWhiteSpace) {
                if !group.fields.isEmpty { groups.append(group) }
                if groups.count >= MailLimits.reportGroupsMax { return groups }
                group = ReportFields()
            } else {
                group.take(line)
            }
        }
        if !group.fields.isEmpty { groups.append(group) }
        return groups
    }

    private mutating func take(_ line: ArraySlice<UInt8>) {
        if let first = line.first, MailCharacter.isWhiteSpace(first) {
            if let last = fields.indices.last, fields[last].value.count < MailLimits.headerValueMax {
                fields[last].value += line
            }
            return
        }
        guard let colon = line.firstIndex(of: ASCII.colon), fields.count < MailLimits.headerFieldsMax else { return }
        let name = HeaderText.unfolded(line[..<colon])
        guard !name.isEmpty, name.allSatisfy(ASCII.isVisible) else { return }
        fields.append((String(decoding: name.map(ASCII.lowercased), as: UTF8.self), Array(line[(colon + 1)...])))
    }

    /// The first field's value of this name, which is in lower case; nil where there is none, or it is empty.
    subscript(name: String) -> String? { all(name).first }

    func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }
            .map { HeaderText.decoded(HeaderText.unfolded($0.value.prefix(MailLimits.headerValueMax))) }
            .filter { !$0.isEmpty }
    }
}

/// `type; value` (RFC 3464 §2.1.2), or a value alone.
struct TypedValue {
    /// In lower case; empty where there is none.
    let type: String
    let value: String

    init(_ text: String) {
        let semicolon = text.firstIndex(of: ";")
        let first = semicolon.map { text[..<$0].trimmingSpaces() } ?? ""
        let isTyped = !first.isEmpty && first.utf8.allSatisfy(MailCharacter.isToken)
        type = isTyped ? String(first).asciiLowercased : ""
        let rest = isTyped ? semicolon.map { text[text.index(after: $0)...] } : nil
        value = String((rest ?? text[...]).trimmingSpaces())
    }

    /// The value's first word; what follows is a comment, as a rule.
    var word: String { String(value.prefix { $0 != " " && $0 != "(" }) }

    /// The value as an address: without angle brackets; RFC 6533 §3 has addresses in UTF-8 with escapes. nil for what
    /// is none.
    var address: String? {
        let text = type == "utf-8" ? Self.unescaped(value) : value
        let bare = text.prefix { $0 != " " && $0 != "(" }
        let address = bare.hasPrefix("<") ? bare.dropFirst().prefix { $0 != ">" } : bare
        return (try? EmailAddress(parsing: String(address)))?.text
    }

    /// The address of a value that was returned in the xtext in which it came (RFC 3461 §4); nil where it is none.
    var addressOfXText: String? {
        Self.decodedXText(value).flatMap { TypedValue(type.isEmpty ? $0 : "\(type);\($0)").address }
    }

    /// Nil where nothing stands encoded in it.
    static func decodedXText(_ text: String) -> String? {
        guard text.utf8.contains(ASCII.plus) else { return nil }
        var decoded: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap(ASCII.hexValue)
            if byte == ASCII.plus, digits.count == 2 {
                decoded.append(digits[0] << 4 | digits[1])
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        let plain = String(decoding: decoded, as: UTF8.self)
        return plain == text ? nil : plain
    }

    /// RFC 6533 §3: `EmbeddedUnicodeChar = %x5C.78 "{" EmbeddedUnicode "}"`
    private static func unescaped(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            if rest.starts(with: "\\x{".unicodeScalars), let end = rest.firstIndex(of: "}"),
                let code = UInt32(String(rest.dropFirst(3)[..<end]), radix: 16), let scalar = Unicode.Scalar(code)
            {
                output.append(scalar)
                rest = rest[rest.index(after: end)...]
            } else {
                output.append(first)
                rest.removeFirst()
            }
        }
        return String(output)
    }
}
