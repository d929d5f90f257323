/// The kernel's folders, each of which names types of those before it only: so none of them is part of a circle. What
/// lies beside the folders comes before all of them.
enum KernelFolders {
    static let order = [
        "Directory", "Faults", "Idempotency", "Limits", "Work", "Auth", "Domains", "Suppressions", "Mail", "Reports",
        "Queue", "Webhooks", "Relays", "Records", "People", "Assembly",
    ]

    private static let root = "Sources/Kernel/"

    /// "" for a file beside the folders, nil for one outside the kernel.
    static func folder(of path: String) -> String? {
        guard path.hasPrefix(root) else { return nil }
        let parts = path.dropFirst(root.count).split(separator: "/")
        return parts.count > 1 ? String(parts[0]) : ""
    }

    /// The place of a folder in the order, nil for one that has none.
    static func place(of folder: String) -> Int? { folder.isEmpty ? -1 : order.firstIndex(of: folder) }

    /// Where each type that is declared at the left margin stands.
    static let homes: [String: String] = {
        var homes: [String: String] = [:]
        for file in Repository.files {
            guard let folder = folder(of: file.path) else { continue }
            for line in file.lines { if let name = declaredType(line.code) { homes[name] = folder } }
        }
        return homes
    }()

    private static let kinds: Set = ["struct", "enum", "class", "actor", "protocol", "typealias"]

    private static func declaredType(_ code: String) -> String? {
        guard code.first?.isLetter == true else { return nil }
        let words = code.split(whereSeparator: { !isNamePart($0) })
        guard let kind = words.prefix(3).firstIndex(where: { kinds.contains(String($0)) }), kind + 1 < words.count
        else { return nil }
        return String(words[kind + 1])
    }

    /// The names of types in a line, without those that are members of others.
    static func typeNames(in code: String) -> [String] {
        var names: [String] = []
        for word in code.split(whereSeparator: { !isNamePart($0) && $0 != "." }) {
            guard let name = word.split(separator: ".").first, word.first != ".", name.first?.isUppercase == true
            else { continue }
            names.append(String(name))
        }
        return names
    }

    private static func isNamePart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
