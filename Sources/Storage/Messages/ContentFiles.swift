import Base
import Crypto
import Posix

/// Large contents, each in a file of its own beside the database. Any thread; every call blocks.
///
/// A file is on disk before the transaction that names it begins, and removed if that is not committed; what a crash
/// leaves behind in between is removed at the next start, when no transaction can be on its way.
struct ContentFiles: Sendable {
    private let folder: String
    private let random = SystemRandom()

    init(folder: String) { self.folder = folder }

    /// A new file with `content`; its name.
    func store(_ content: [UInt8]) throws(PosixError) -> String {
        try Files.makeFolder(folder)
        let name = Hex.encode(random.bytes(16))
        try Files.createDurably(path(name), mode: 0o600, content: content)
        return name
    }

    func read(_ name: String) throws(PosixError) -> [UInt8] {
        try Files.read(path(name), limitBytes: StorageLimits.contentFileBytes)
    }

    /// A file that stays is only space, and goes at the next start.
    func remove(_ name: String) { try? Files.remove(path(name)) }

    func removeOrphans(known: Set<String>) throws(PosixError) {
        guard Files.exists(folder) else { return }
        for name in try Files.names(in: folder) where !known.contains(name) { try Files.remove(path(name)) }
    }

    private func path(_ name: String) -> String { "\(folder)/\(name)" }
}
