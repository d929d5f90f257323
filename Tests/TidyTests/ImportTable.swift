/// Who may import whom. The manifest says which targets see each other; this table says which ever may, so that a new
/// dependency is a decision and not a slip.
enum ImportTable {
    /// The layer's other members are named where they may see each other.
    private static let allowed: [String: Set<String>] = {
        let wire: Set = ["HTTPWire", "SMTPWire", "DNSWire", "MailFormat", "Markup"]
        let kernelTools = wire.union(["Base", "Crypto"])
        let engineTools = kernelTools.union(["Model", "Ports", "Posix", "TLS"])
        let serverTools = engineTools.union(["AdapterKit", "Kernel", "Mailing"])
        var table: [String: Set<String>] = [
            "Base": [],
            "Posix": ["Base", "CLinux"],
            "Crypto": ["Base", "COpenSSL"],
            "TLS": ["Base", "COpenSSL", "Crypto", "Posix"],
            "Database": ["Base", "CSQLite", "Posix"],
            "Model": ["Base"],
            "Ports": ["Base", "Crypto", "DNSWire", "MailFormat", "Model"],
            "Kernel": kernelTools.union(["Model", "Ports"]),
            "Mailing": kernelTools.union(["Kernel", "Model", "Ports"]),
            "AdapterKit": kernelTools.union(["Kernel", "Mailing", "Model", "Ports"]),
            "Rows": ["Base", "Crypto", "Model", "Ports"],
            "Storage": engineTools.union(["Database", "Rows"]),
            "HTTPDelivery": engineTools.union(["CCurl"]),
        ]
        for target in wire { table[target] = ["Base", "Crypto"] }
        for engine in ["SMTPDelivery", "Resolver"] { table[engine] = engineTools }
        table["Serving"] = ["Base", "Posix", "TLS"]
        for server in ["HTTPServer", "SMTPServer"] { table[server] = serverTools.union(["Serving"]) }
        for plugin in plugins { table[plugin] = ["AdapterKit", "Base", "Model"] }
        return table
    }()

    static let plugins: Set = ["Harepost", "Posthawk", "Harpoon", "PostStack", "AhaSend"]

    /// The C modules, each with its owners: whoever calls C holds the one Swift owner of each C handle.
    private static let owners: [String: Set<String>] = [
        "CLinux": ["Posix"], "Glibc": ["Posix"], "CSQLite": ["Database"], "CCurl": ["HTTPDelivery"],
        "COpenSSL": ["Crypto", "TLS"],
    ]

    /// The standard library's own modules.
    private static let standard: Set = ["Swift", "Synchronization", "_Concurrency"]

    /// What is wrong with this import, nil where nothing is.
    static func objection(to module: String, in file: SourceFile) -> String? {
        if standard.contains(module) { return nil }
        if file.isTest { return nil }
        guard let target = file.target else { return nil }
        if let owners = owners[module] {
            return owners.contains(target)
                ? nil : "only \(owners.sorted().joined(separator: ", ")) may import \(module)"
        }
        if target == "polyrelay" {
            return module == "Composition" ? nil : "main.swift is one call into Composition"
        }
        switch module {
        case "Foundation", "FoundationEssentials":
            return "use the standard library: Foundation brings 34 MB of tables with it"
        case "Dispatch": return "use a shard or a thread of Posix"
        default: break
        }
        if target == "Composition" { return nil }
        guard let allowed = allowed[target] else { return "give the target \(target) a row in ImportTable" }
        return allowed.contains(module) ? nil : "\(target) may import \(allowed.sorted().joined(separator: ", "))"
    }
}
