import Base

/// Draws a command's JSON for a person: an array of objects as a table, an object as lines of `name  value`, and an
/// object within those as `name=value, name=value`.
enum TextTable {
    static func text(_ json: String) -> String {
        let bytes = Array(json.utf8)
        guard let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)) else { return json }
        return lines(document.root).map { $0 + "\n" }.joined()
    }

    private static func lines(_ value: JSONValue) -> [String] {
        if let elements = value.elements { return table(Array(elements)) }
        guard let members = value.members else { return [cell(value)] }
        var pairs: [[String]] = []
        var sections: [String] = []
        for member in members {
            if member.value.elements?.contains(where: { $0.kind == .object }) == true {
                sections += ["", member.name + ":"] + lines(member.value).map { "  " + $0 }
            } else {
                pairs.append([member.name, cell(member.value)])
            }
        }
        return aligned(pairs) + sections
    }

    private static func table(_ rows: [JSONValue]) -> [String] {
        guard let first = rows.first?.members else { return rows.isEmpty ? ["(none)"] : rows.map(cell) }
        let names = first.map(\.name)
        return aligned([names] + rows.map { row in names.map { row[named: $0].map(cell) ?? "" } })
    }

    /// Columns as wide as their widest cell; the last one ends where it ends.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
            }.joined(separator: "  ")
        }
    }

    /// One value on one line; what could move the cursor is left out.
    private static func cell(_ value: JSONValue) -> String {
        if value.isNull { return "-" }
        if let elements = value.elements { return elements.map(cell).joined(separator: ", ") }
        if let members = value.members {
            return members.map { "\($0.name)=\(cell($0.value))" }.joined(separator: ", ")
        }
        let text = value.string ?? String(decoding: value.raw, as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}
