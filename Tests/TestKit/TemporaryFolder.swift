import Foundation

/// A folder of its own for one test, removed with everything in it when the value goes.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// `onDisk` false: in memory where the system has a file system there, for tests of what files say and not of what
    /// a disk does. A sync costs nothing there, and on a disk that is shared it costs most of what such a test takes.
    package init(onDisk: Bool = true) throws {
        let name = "polyrelay-test-\(UUID().uuidString)"
        let isThere = !onDisk && FileManager.default.isWritableFile(atPath: Self.memory)
        let parent = isThere ? URL(filePath: Self.memory) : FileManager.default.temporaryDirectory
        let url = parent.appending(path: name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    /// Linux's file system in memory.
    private static let memory = "/dev/shm"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Bytes of a file; nil where there is none.
    package func size(of name: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: file(name)))?[.size] as? Int
    }

    /// All bytes of a file.
    package func content(of name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file(name)))) }

    /// Permission bits of a file; nil where there is none.
    package func mode(of name: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: file(name)))?[.posixPermissions] as? Int
    }

    /// The names in a folder of this one; none where it does not exist.
    package func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: file(folder))) ?? []).sorted()
    }
}
