extension Rule {
    static let imports = Rule(name: "import") { file in
        file.lines.enumerated().compactMap { index, line in
            guard let module = importedModule(line.code), let mend = ImportTable.objection(to: module, in: file) else {
                return nil
            }
            return Violation(path: file.path, line: index + 1, rule: "import \(module)", mend: mend)
        }
    }

    /// `import M`, with an access level or an attribute before it, or with a kind after it.
    private static func importedModule(_ code: String) -> String? {
        var words = code.split(separator: " ").map(String.init)
        while let first = words.first,
            first.hasPrefix("@") || ["public", "package", "internal", "private"].contains(first)
        {
            words.removeFirst()
        }
        guard words.first == "import", words.count > 1 else { return nil }
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return String(name.prefix { $0 != "." })
    }

    /// Folders of one target are not held apart by the compiler: a circle grows by one convenient name at a time.
    static let folderOrder = Rule(name: "folder order") { file in
        guard let folder = KernelFolders.folder(of: file.path) else { return [] }
        guard let place = KernelFolders.place(of: folder) else {
            let mend = "give the folder its place in KernelFolders"
            return [Violation(path: file.path, line: 1, rule: "folder order", mend: mend)]
        }
        return file.lines.enumerated().compactMap { index, line in
            let upward = KernelFolders.typeNames(in: line.code).first { name in
                KernelFolders.homes[name].flatMap(KernelFolders.place).map { $0 > place } ?? false
            }
            return upward.map {
                Violation(
                    path: file.path, line: index + 1, rule: "folder order",
                    mend: "\($0) stands above \(folder): pass in a port or a closure, or move what is needed down")
            }
        }
    }

    /// A file outside every target is never compiled, and rots.
    static let membership = Rule(name: "dead file") { file in
        guard file.isSwift, file.isIn(["Sources/", "Plugins/", "Tests/"]) else { return [] }
        let folder = file.path.split(separator: "/").prefix(2).joined(separator: "/")
        let isMember =
            folder.hasPrefix("Plugins/")
            ? manifestStrings.contains(folder) : manifestStrings.contains(file.target ?? "")
        guard !isMember else { return [] }
        return [
            Violation(
                path: file.path, line: 1, rule: "dead file",
                mend: "delete it, or give its folder a target in Package.swift")
        ]
    }

    /// Every string in the manifest: names of targets, and the paths of those that lie elsewhere.
    private static let manifestStrings = Set(
        (Repository.manifest?.lines ?? []).flatMap { $0.strings.split(separator: "\n").map(String.init) })
}
