import Base
import Crypto
import Ports
import Posix

/// Large contents, each in a file of its own beside the database.
struct ContentFiles: ContentStore {
    private let folder: String
    private let random = SystemRandom()

    init(folder: String) { self.folder = folder }

    func store(_ content: [UInt8]) throws(ContentError) -> String {
        let name = Hex.encode(random.bytes(16))
        try reporting { () throws(PosixError) in
            try Files.makeFolder(folder)
            try Files.createDurably(path(name), mode: 0o600, content: content)
        }
        return name
    }

    func read(_ name: String) throws(ContentError) -> [UInt8] {
        try reporting { () throws(PosixError) in
            try Files.read(path(name), limitBytes: StorageLimits.contentFileBytes)
        }
    }

    func remove(_ name: String) { try? Files.remove(path(name)) }

    func removeOrphans(known: Set<String>) throws(ContentError) {
        guard Files.exists(folder) else { return }
        try reporting { () throws(PosixError) in
            for name in try Files.names(in: folder) where !known.contains(name) { try Files.remove(path(name)) }
        }
    }

    private func path(_ name: String) -> String { "\(folder)/\(name)" }

    private func reporting<Value>(_ work: () throws(PosixError) -> Value) throws(ContentError) -> Value {
        do {
            return try work()
        } catch {
            throw ContentError(error.description)
        }
    }
}
