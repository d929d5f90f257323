import Foundation

/// The public test data beside the repository. A plain clone has none: tests that need it are skipped there, and say
/// so.
enum Corpora {
    /// The bytes of a file, nil where the corpora are absent and need not be there.
    static func file(_ path: String) throws -> [UInt8]? {
        let url = folder.appending(path: path)
        if let data = try? Data(contentsOf: url) { return [UInt8](data) }
        guard ProcessInfo.processInfo.environment["CI"] != "true" else { throw Absent(path: path) }
        print("skipped: the corpora have no \(path) here")
        return nil
    }

    private struct Absent: Error {
        var path: String
    }

    private static var folder: URL {
        if let named = ProcessInfo.processInfo.environment["POLYRELAY_CORPORA"] { return URL(filePath: named) }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.appending(path: "../shared/corpora").standardizedFileURL
    }
}
