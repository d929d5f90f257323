import Glibc
import Posix
import TestKit
import Testing

@Suite("Files")
struct FilesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(
        "A file reads back as it was made, of any size up to the limit",
        arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func roundTrip(size: Int) throws {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        try Files.createDurably(folder.file("a"), mode: 0o600, content: content)
        #expect(try Files.read(folder.file("a"), limitBytes: size) == content)
        #expect(folder.mode(of: "a") == 0o600)
        guard size > 0 else { return }
        #expect(throws: PosixError("read", number: EFBIG)) { try Files.read(folder.file("a"), limitBytes: size - 1) }
    }

    @Test("A file that exists is not written over")
    func exclusive() throws {
        try Files.createDurably(folder.file("a"), mode: 0o600, content: [1])
        #expect(throws: PosixError("open", number: EEXIST)) {
            try Files.createDurably(folder.file("a"), mode: 0o600, content: [2])
        }
        #expect(try Files.read(folder.file("a"), limitBytes: 10) == [1])
    }

    @Test("Removing a file that is not there is no error")
    func remove() throws {
        try Files.createDurably(folder.file("a"), mode: 0o600, content: [])
        for _ in 0..<2 { try Files.remove(folder.file("a")) }
        #expect(!Files.exists(folder.file("a")))
    }

    @Test("A folder is made with those above it, for its owner alone, and once")
    func folders() throws {
        for _ in 0..<2 { try Files.makeFolder(folder.file("a/b/c")) }
        #expect(folder.mode(of: "a/b") == 0o700 && folder.mode(of: "a/b/c") == 0o700)
        #expect(try Files.names(in: folder.file("a")) == ["b"])
        try Files.createDurably(folder.file("file"), mode: 0o600, content: [])
        #expect(throws: PosixError.self) { try Files.makeFolder(folder.file("file/d")) }
    }

    @Test("The folder of a path", arguments: [("a", "."), ("/a", "/"), ("/a/b", "/a"), ("a/b/c", "a/b"), ("./a", ".")])
    func parents(path: String, parent: String) { #expect(Files.parent(of: path) == parent) }

    @Test("A lock is one holder's at a time, and free once it lets go")
    func locks() throws {
        let path = folder.file("lock")
        do {
            let held = try FileLock.acquire(path)
            #expect(try isLocked(path))
            _ = consume held
        }
        #expect(try !isLocked(path))
    }

    private func isLocked(_ path: String) throws -> Bool {
        if let _ = try FileLock.acquire(path) { false } else { true }
    }

    @Test("A missing file is an error that names the call")
    func missing() {
        #expect(throws: PosixError("open", number: ENOENT)) { try Files.read(folder.file("a"), limitBytes: 1) }
    }
}
