import Base

/// Another process of this program, as far as this user may see it (proc(5)). For telling an operator of it, never
/// while serving: finding it reads many small files.
public struct RunningProgram: Sendable, Equatable {
    public let processID: Int32
    /// Without the program's own name.
    public let arguments: [String]
    public let workingFolder: String

    /// Those of the same executable name that this user may look into, without this process.
    public static func others(named program: String) -> [RunningProgram] {
        ((try? Files.names(in: "/proc")) ?? []).compactMap { name in
            guard let processID = Int32(name), processID != Machine.processID, line("/proc/\(name)/comm") == program,
                let folder = Files.linkTarget("/proc/\(name)/cwd"),
                let text = try? Files.read("/proc/\(name)/cmdline", limitBytes: commandLineBytes)
            else { return nil }
            // Each argument ends with a null byte.
            let arguments = text.split(separator: ASCII.nul, omittingEmptySubsequences: false).dropLast().dropFirst()
            return RunningProgram(
                processID: processID, arguments: arguments.map { String(decoding: $0, as: UTF8.self) },
                workingFolder: folder)
        }
    }

    private static func line(_ path: String) -> String {
        let text = (try? Files.read(path, limitBytes: nameBytes)) ?? []
        return String(decoding: text.prefix { $0 != ASCII.lineFeed }, as: UTF8.self)
    }

    private static let nameBytes = 4096
    private static let commandLineBytes = 2 << 20
}
