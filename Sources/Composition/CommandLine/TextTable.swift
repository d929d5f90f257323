import Base

/// Draws a command's JSON for a person: an array of objects as a table, an object as lines of `name  value`, and an
/// object within those as `name=value, name=value`.
struct TextTable {
    /// Columns of the terminal; nil where it is none, and then nothing is cut to fit.
    private let width: Int?

    static func text(_ json: String, width: Int? = nil) -> String {
        let bytes = Array(json.utf8)
        guard let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)) else { return json }
        return TextTable(width: width).lines(document.root).map { $0 + "\n" }.joined()
    }

    private func lines(_ value: JSONValue) -> [String] {
        if let elements = value.elements { return table(Array(elements)) }
        guard let members = value.members else { return [Self.cell(value)] }
        var pairs: [[String]] = []
        var sections: [String] = []
        for member in members {
            if Self.isTable(member.value) {
                sections += ["", member.name + ":"] + lines(member.value).map { "  " + $0 }
            } else {
                pairs.append([member.name, Self.cell(member.value)])
            }
        }
        return Self.aligned(pairs) + sections
    }

    private static func isTable(_ value: JSONValue) -> Bool {
        value.elements?.contains { $0.kind == .object } == true
    }

    // MARK: Tables

    /// Rows that are wider than the terminal stand one below the other. What is itself a list of lines stands below the
    /// row, whatever the width.
    private func table(_ rows: [JSONValue]) -> [String] {
        guard rows.contains(where: { $0.members != nil }) else {
            return rows.isEmpty ? ["(none)"] : rows.map(Self.cell)
        }
        var names: [String] = []
        for name in rows.flatMap({ $0.members?.map(\.name) ?? [] }) where !names.contains(name) { names.append(name) }
        let below = names.filter { name in rows.contains { Self.isText($0[named: name]) } }
        let columns = names.filter { !below.contains($0) }
        let drawn = Self.aligned(
            [columns] + rows.map { row in columns.map { row[named: $0].map(Self.cell) ?? "" } })
        if let width, drawn.contains(where: { $0.count > width }) { return blocks(rows, columns, below) }
        var lines = [drawn[0]]
        for (row, line) in zip(rows, drawn.dropFirst()) { lines += [line] + Self.text(of: row, below, indent: "    ") }
        return lines
    }

    /// A list of texts that are lines, such as what was said in an attempt.
    private static func isText(_ value: JSONValue?) -> Bool {
        guard let elements = value?.elements else { return false }
        return elements.contains { $0.string?.contains(" ") == true } && elements.count > 1
    }

    private static func text(of row: JSONValue, _ names: [String], indent: String) -> [String] {
        names.flatMap { name -> [String] in
            guard let elements = row[named: name]?.elements else { return [] }
            return elements.map { indent + cell($0) }
        }
    }

    /// `name  value` for each member that says something, values over several lines where they have to.
    private func blocks(_ rows: [JSONValue], _ columns: [String], _ below: [String]) -> [String] {
        let names = columns.map(\.count).max() ?? 0
        var lines: [String] = []
        for (index, row) in rows.enumerated() {
            if index > 0 { lines.append("") }
            for column in columns {
                guard let value = row[named: column], !value.isNull else { continue }
                let label = column + String(repeating: " ", count: names - column.count + 2)
                let blank = String(repeating: " ", count: label.count)
                for (place, piece) in pieces(Self.cell(value), beside: label.count).enumerated() {
                    lines.append((place == 0 ? label : blank) + piece)
                }
            }
            lines += Self.text(of: row, below, indent: "    ")
        }
        return lines
    }

    /// Broken after a space where there is one, else where the line ends.
    private func pieces(_ text: String, beside label: Int) -> [String] {
        guard let width, width > label + Self.piecesMin else { return [text] }
        var (rest, pieces): (Substring, [String]) = (text[...], [])
        while rest.count > width - label {
            let head = rest.prefix(width - label)
            let end = head.lastIndex(of: " ").map { head.index(after: $0) } ?? head.endIndex
            pieces.append(String(rest[..<end]))
            rest = rest[end...]
        }
        return pieces + [String(rest)]
    }

    /// Columns beside the label below which nothing is broken.
    private static let piecesMin = 20

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
