import Foundation

/// The repository's own text.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift and Markdown file of the project, in the order of their paths.
    static let files: [SourceFile] = {
        var files: [SourceFile] = []
        for folder in ["Sources", "Plugins", "Tests"] { files += read(folder) }
        for name in ["Package.swift", "README.md", "CHANGELOG.md"] { files += [read(file: name)].compactMap(\.self) }
        return files
    }()

    static let manifest = files.first { $0.path == "Package.swift" }

    private static func read(_ folder: String) -> [SourceFile] {
        let place = root.appendingPathComponent(folder).resolvingSymlinksInPath().path
        let paths = FileManager.default.enumerator(atPath: place)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".md") }.sorted()
            .compactMap { read(file: "\(folder)/\($0)") }
    }

    private static func read(file path: String) -> SourceFile? {
        guard let data = try? Data(contentsOf: root.appendingPathComponent(path)) else { return nil }
        return SourceFile(path: path, text: String(decoding: data, as: UTF8.self))
    }
}
