import Base

/// JSON made readable: one member or element per line, and on one line what has no further levels.
enum JSONIndent {
    /// `json` is one JSON text. One that is not comes back unchanged.
    static func text(of json: [UInt8]) -> String {
        guard let document = try? JSONDocument(json, limits: JSONLimits(bytesMax: json.count)) else {
            return String(decoding: json, as: UTF8.self)
        }
        return text(of: document.root, indent: "")
    }

    private static func text(of value: JSONValue, indent: String) -> String {
        let inner = indent + "    "
        if let members = value.members {
            let items = members.map { member in
                let name = String(decoding: JSONWriter.value(member.name), as: UTF8.self)
                return "\(name): \(text(of: member.value, indent: inner))"
            }
            let isFlat = members.allSatisfy { isShort($0.value) }
            return joined(items, between: isFlat ? ("{ ", " }") : ("{", "}"), isFlat: isFlat, indent: indent)
        }
        guard let elements = value.elements else { return String(decoding: value.raw, as: UTF8.self) }
        let items = elements.map { text(of: $0, indent: inner) }
        return joined(items, between: ("[", "]"), isFlat: elements.allSatisfy(isShort), indent: indent)
    }

    private static func joined(
        _ items: [String], between ends: (String, String), isFlat: Bool, indent: String
    ) -> String {
        if items.isEmpty { return String(ends.0.prefix(1) + ends.1.suffix(1)) }
        if isFlat { return ends.0 + items.joined(separator: ", ") + ends.1 }
        let inner = "\n" + indent + "    "
        return ends.0 + inner + items.joined(separator: "," + inner) + "\n" + indent + ends.1
    }

    /// A scalar, or a container that holds nothing.
    private static func isShort(_ value: JSONValue) -> Bool {
        value.members.map { $0.first { _ in true } == nil } ?? value.elements?.isEmpty ?? true
    }
}
