import Foundation

/// Public test data that is no part of the repository: the folder that POLYRELAY_CORPORA names, else one beside it.
enum Corpus {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// The files of one corpus by name; nil, and a line that says so, where there is none. Under CI that is a failure.
    static func files(_ corpus: String, withExtension suffix: String) throws -> [(name: String, bytes: [UInt8])]? {
        let folder = root.appendingPathComponent(corpus)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            let reason = "skipped: no test corpus '\(corpus)' (POLYRELAY_CORPORA names the folder)"
            if ProcessInfo.processInfo.environment["CI"] == "true" { throw Missing(description: reason) }
            print(reason)
            return nil
        }
        return try names.filter { $0.hasSuffix(".\(suffix)") }.sorted().map { name in
            (name, Array(try Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }

    private static var root: URL {
        if let named = ProcessInfo.processInfo.environment["POLYRELAY_CORPORA"] { return URL(fileURLWithPath: named) }
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return repository.deletingLastPathComponent().appendingPathComponent("shared/corpora")
    }
}
